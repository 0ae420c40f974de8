#include "box-internal.h"
#include "files.h"
#include "system.h"

enum { LIST_BYTES_MAX = 256 << 10 };

struct listing {
  struct boxes *boxes;
  struct box *box;
  size_t bytes_left;
  bool is_complete;
};

static void tell_entry(void *context, const char *path, uint64_t size) {
  struct listing *listing = context;
  uint8_t payload[sizeof size + FILES_PATH_MAX];
  size_t length = strlen(path);
  if (FRAME_HEADER + sizeof size + length > listing->bytes_left) {
    listing->is_complete = false;
    return;
  }
  listing->bytes_left -= FRAME_HEADER + sizeof size + length;
  memcpy(payload, &size, sizeof size);
  memcpy(payload + sizeof size, path, length);
  box_tell(listing->boxes, listing->box, ENTRY, payload, sizeof size + length);
}

static void list(struct boxes *boxes, struct box *box) {
  struct listing listing = {.boxes = boxes, .box = box, .bytes_left = LIST_BYTES_MAX, .is_complete = true};
  box->is_listing = false;
  bool is_complete = files_list(box->work_directory, tell_entry, &listing);
  uint8_t payload = is_complete && listing.is_complete;
  box_tell(boxes, box, LISTED, &payload, sizeof payload);
}

static void end_read(struct boxes *boxes, struct box *box, int32_t error) {
  close_fd(&box->read_fd);
  box_tell(boxes, box, READ_END, &error, sizeof error);
}

void box_send_files(struct boxes *boxes, struct box *box) {
  if (box->is_listing && outbox_has_room(boxes->outbox)) list(boxes, box);
  while (box->read_fd >= 0 && outbox_has_room(boxes->outbox)) {
    ssize_t got = RETRY(read(box->read_fd, outbox_reserve(boxes->outbox), OUTBOX_CHUNK));
    if (got > 0) outbox_commit(boxes->outbox, CONTENT, box->id, (size_t)got);
    else end_read(boxes, box, got < 0 ? errno : 0);
  }
}

const char *box_list(struct boxes *boxes, struct box *box) {
  if (box->state != BOX_KEPT) return box->state > BOX_KEPT ? NULL : "LIST: the box is not kept";
  box->is_listing = true;
  box_send_files(boxes, box);
  return NULL;
}

const char *box_read(struct boxes *boxes, struct box *box, const uint8_t *payload, size_t size) {
  struct cursor c = {payload, payload + size};
  char path[FILES_PATH_MAX];
  uint64_t max_bytes, file_size;
  if (!take_u64(&c, &max_bytes)) return "READ: bad payload";
  size_t length = cursor_left(&c);
  if (length == 0 || length >= sizeof path || memchr(c.at, 0, length)) return "READ: bad path";
  if (box->state != BOX_KEPT) return box->state > BOX_KEPT ? NULL : "READ: the box is not kept";
  if (box->read_fd >= 0) return "READ: another file is being read";
  memcpy(path, c.at, length);
  path[length] = 0;
  box->read_fd = files_open(box->work_directory, path, max_bytes, &file_size);
  if (box->read_fd < 0) end_read(boxes, box, errno);
  else box_send_files(boxes, box);
  return NULL;
}

const char *box_release(struct boxes *boxes, struct box *box) {
  if (box->state != BOX_KEPT) return box->state > BOX_KEPT ? NULL : "RELEASE: the box is not kept";
  box_clear(boxes, box);
  return NULL;
}

