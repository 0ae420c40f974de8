#include "box-internal.h"
#include "files.h"
#include "system.h"

enum { LIST_BYTES_MAX = 256 << 10 };

static void tell_entry(void *context, const char *path, uint64_t size) {
  struct boxes *boxes = context;
  uint8_t payload[sizeof size + FILES_PATH_MAX];
  size_t length = strlen(path);
  if (FRAME_HEADER + sizeof size + length > boxes->list_bytes_left) {
    boxes->walk.is_complete = false;
    return;
  }
  boxes->list_bytes_left -= FRAME_HEADER + sizeof size + length;
  memcpy(payload, &size, sizeof size);
  memcpy(payload + sizeof size, path, length);
  box_tell(boxes, boxes->lister, ENTRY, payload, sizeof size + length);
}

/* One listing at a time, since each may hold a few dozen descriptors. Once it has begun there is room for all of it. */
static void begin_listing(struct boxes *boxes, struct box *box) {
  if (boxes->lister || !outbox_has_room(boxes->outbox)) return;
  boxes->lister = box;
  boxes->list_bytes_left = LIST_BYTES_MAX;
  files_walk_begin(&boxes->walk, box->work_directory);
}

static void end_listing(struct boxes *boxes, struct box *box) {
  if (boxes->lister == box) {
    files_walk_end(&boxes->walk);
    boxes->lister = NULL;
  }
  box->is_listing = false;
  for (uint32_t i = 0; i < boxes->plan->lanes; i++)
    if (boxes->list[i].is_listing) begin_listing(boxes, &boxes->list[i]);
}

void box_list_on(struct boxes *boxes) {
  struct box *box = boxes->lister;
  files_walk_on(&boxes->walk, tell_entry, boxes);
  if (boxes->walk.depth) return;
  const uint8_t is_complete = boxes->walk.is_complete;
  box_tell(boxes, box, LISTED, &is_complete, sizeof is_complete);
  end_listing(boxes, box);
}

static void end_read(struct boxes *boxes, struct box *box, int32_t error) {
  close_fd(&box->read_fd);
  box_tell(boxes, box, READ_END, &error, sizeof error);
}

void box_send_files(struct boxes *boxes, struct box *box) {
  if (box->is_listing) begin_listing(boxes, box);
  while (box->read_fd >= 0 && outbox_has_room(boxes->outbox)) {
    ssize_t got = RETRY(read(box->read_fd, outbox_reserve(boxes->outbox), OUTBOX_CHUNK));
    if (got > 0) outbox_commit(boxes->outbox, CONTENT, box->id, (size_t)got);
    else end_read(boxes, box, got < 0 ? errno : 0);
  }
}

const char *box_list(struct boxes *boxes, struct box *box) {
  if (box->state != BOX_KEPT) return box->state > BOX_KEPT ? NULL : "LIST: the box is not kept";
  if (box->is_listing) return "LIST: it is being listed";
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

void box_close_files(struct boxes *boxes, struct box *box) {
  if (box->is_listing) end_listing(boxes, box);
  close_fd(&box->read_fd);
}
