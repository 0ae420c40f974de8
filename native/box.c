#include "box-internal.h"

#include <limits.h>
#include <sys/epoll.h>

#include "system.h"

void box_tell(struct boxes *boxes, const struct box *box, enum event type, const void *payload, size_t size) {
  outbox_add(boxes->outbox, type, box->id, payload, size);
}

bool box_watch(struct boxes *boxes, const struct box *box, int fd, enum box_source source, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = ((uint64_t)box->index << 8) | source};
  return !epoll_ctl(boxes->epoll, EPOLL_CTL_ADD, fd, &event);
}

void box_unwatch(struct boxes *boxes, int fd) { epoll_ctl(boxes->epoll, EPOLL_CTL_DEL, fd, NULL); }

void box_close_watched(struct boxes *boxes, int *fd) {
  if (*fd >= 0) box_unwatch(boxes, *fd);
  close_fd(fd);
}

void box_kill(struct boxes *boxes, struct box *box) {
  box->limits.flags &= ~(uint32_t)RUN_KEEP;
  switch (box->state) {
    case BOX_RUNNING: box_stop(box, CAUSE_KILLED); break;
    case BOX_DRAINING:
      box_close_output(boxes, box); /* nobody waits for it any more */
      box_finish(boxes, box);
      break;
    case BOX_MAKING:
    case BOX_PREPARED:
    case BOX_KEPT: box_clear(boxes, box); break;
    case BOX_EMPTY:
    case BOX_CLEARING:
    case BOX_REMOVING: break;
  }
}

void box_ready(struct boxes *boxes, struct box *box, enum box_source source) {
  if (box->state == BOX_EMPTY || box->state >= BOX_CLEARING) return; /* a late event of descriptors that are closed */
  switch (source) {
    case BOX_STATUS: box_read_status(boxes, box); break;
    case BOX_STDOUT: box_read_output(boxes, box, 0); break;
    case BOX_STDERR: box_read_output(boxes, box, 1); break;
    case BOX_SCRIPT:
    case BOX_STDIN: box_pump(boxes, box, source); break;
    case BOX_OOM: box_note_oom(box); break;
  }
  box_finish(boxes, box);
}

void box_resume(struct boxes *boxes, struct box *box) {
  if (box->state == BOX_KEPT) box_send_files(boxes, box);
  if (box->state == BOX_RUNNING || box->state == BOX_DRAINING) box_unmute(boxes, box);
}

int64_t box_tick(struct boxes *boxes, struct box *box, int64_t now) {
  if (box->state == BOX_RUNNING) return box_tick_running(boxes, box, now);
  if (box->state == BOX_DRAINING || box->state == BOX_CLEARING) return box_tick_ending(boxes, box, now);
  return INT64_MAX;
}
