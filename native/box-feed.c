#include <sys/epoll.h>

#include "box-internal.h"
#include "system.h"

/* Credit is returned in large parts, since most runs never need it back; a load's whole credit comes back when all of it
 * has been written. */
static void return_credit(struct boxes *boxes, struct box *box, struct feed *feed, bool is_load) {
  if (feed->written < CHANNEL_CREDIT / 4 && !(is_load && feed->size == 0 && feed->written)) return;
  const uint32_t payload[2] = {is_load ? 0 : 1, feed->written};
  feed->written = 0;
  box_tell(boxes, box, CREDIT, payload, sizeof payload);
}

/* Polls a feed's pipe exactly while bytes wait for it. Told once each time there is room: a pipe that has closed in the meantime may
 * still be held by a child that was just forked. */
bool box_push(struct boxes *boxes, struct box *box, enum box_source source, const uint8_t *bytes, size_t size) {
  struct feed *feed = source == BOX_SCRIPT ? &box->script : &box->input;
  bool was_waiting = feed->size > 0;
  if (!feed_push(feed, bytes, size)) return false;
  if (!was_waiting && feed->size) box_watch(boxes, box, feed->fd, source, EPOLLOUT | EPOLLET);
  return true;
}

void box_pump(struct boxes *boxes, struct box *box, enum box_source source) {
  struct feed *feed = source == BOX_SCRIPT ? &box->script : &box->input;
  int fd = feed->fd;
  if (fd < 0) return;
  feed_pump(feed);
  if (feed->size == 0 && feed->fd >= 0) box_unwatch(boxes, fd);
  if (source == BOX_STDIN || box->state == BOX_PREPARED) return_credit(boxes, box, feed, source == BOX_SCRIPT);
}

const char *box_load(struct boxes *boxes, struct box *box, const uint8_t *payload, size_t size) {
  if (box->state > BOX_PREPARED) return box->state == BOX_RUNNING ? "LOAD: the box is running" : NULL;
  if (box->state != BOX_PREPARED) return "LOAD: the box is not prepared";
  fcntl(box->script.fd, F_SETPIPE_SZ, CHANNEL_CREDIT); /* fewer turns for a large file; as good without */
  if (!box_push(boxes, box, BOX_SCRIPT, payload, size)) return "LOAD: beyond the credit";
  return_credit(boxes, box, &box->script, true);
  return NULL;
}

const char *box_stdin(struct boxes *boxes, struct box *box, const uint8_t *payload, size_t size) {
  if (box->state > BOX_RUNNING) return NULL;
  if (box->state == BOX_MAKING) return "STDIN: the box is not prepared";
  if (box->input.is_ending) return "STDIN: after STDIN_END";
  if (!box_push(boxes, box, BOX_STDIN, payload, size)) return "STDIN: beyond the credit";
  return_credit(boxes, box, &box->input, false);
  return NULL;
}

void box_stdin_end(struct box *box) {
  if (box->state == BOX_PREPARED || box->state == BOX_RUNNING) feed_end(&box->input);
}

