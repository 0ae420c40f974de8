#include "outbox.h"

#include <sys/socket.h>

#include "system.h"

static void compact(struct outbox *outbox) {
  if (outbox->start == 0) return;
  memmove(outbox->buffer, outbox->buffer + outbox->start, outbox->end - outbox->start);
  outbox->end -= outbox->start;
  outbox->start = 0;
}

bool outbox_has_room(const struct outbox *outbox) { return outbox->end - outbox->start < OUTBOX_BULK_MAX; }

bool outbox_is_empty(const struct outbox *outbox) { return outbox->start == outbox->end; }

static void put_header(uint8_t *at, enum event type, uint32_t box, size_t size) {
  const uint32_t length = (uint32_t)size;
  memset(at, 0, FRAME_HEADER);
  memcpy(at, &length, sizeof length);
  at[4] = (uint8_t)type;
  memcpy(at + 8, &box, sizeof box);
}

void outbox_add(struct outbox *outbox, enum event type, uint32_t box, const void *payload, size_t size) {
  if (OUTBOX_SIZE - outbox->end < FRAME_HEADER + size) compact(outbox);
  if (OUTBOX_SIZE - outbox->end < FRAME_HEADER + size) {
    outbox->is_overrun = true;
    return;
  }
  put_header(outbox->buffer + outbox->end, type, box, size);
  if (size) memcpy(outbox->buffer + outbox->end + FRAME_HEADER, payload, size);
  outbox->end += FRAME_HEADER + size;
}

uint8_t *outbox_reserve(struct outbox *outbox) {
  if (OUTBOX_SIZE - outbox->end < FRAME_HEADER + OUTBOX_CHUNK) compact(outbox);
  return outbox->buffer + outbox->end + FRAME_HEADER;
}

void outbox_commit(struct outbox *outbox, enum event type, uint32_t box, size_t size) {
  put_header(outbox->buffer + outbox->end, type, box, size);
  outbox->end += FRAME_HEADER + size;
}

bool outbox_flush(struct outbox *outbox, int fd) {
  while (!outbox_is_empty(outbox)) {
    ssize_t sent = RETRY(send(fd, outbox->buffer + outbox->start, outbox->end - outbox->start, MSG_NOSIGNAL));
    if (sent < 0) return errno == EAGAIN;
    outbox->start += (size_t)sent;
  }
  outbox->start = outbox->end = 0;
  return true;
}
