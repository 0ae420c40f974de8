/* The worker's connection, of which there is one at a time. Its bytes are looked at here: whole frames only, and a frame that our
 * worker would not send ends the connection and every box of it. */
#include "launcher-internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "system.h"

void launcher_forget_plan(struct launcher *l) {
  for (uint32_t i = 0; i < l->plan.lanes; i++) lane_close(&l->boxes.list[i].lane);
  plan_free(&l->plan);
  l->plan.lanes = 0;
  l->has_plan = false;
}

void launcher_settle(struct launcher *l) {
  if (l->connection >= 0 || launcher_has_boxes(l)) return;
  if (l->has_plan) launcher_forget_plan(l);
  if (!l->is_ending) launcher_watch(l, l->options->listener, OWN_LISTENER, EPOLLIN);
}

void launcher_disconnect(struct launcher *l) {
  if (l->connection < 0) return;
  close_fd(&l->connection);
  l->outbox.start = l->outbox.end = 0;
  for (uint32_t i = 0; i < l->plan.lanes; i++) box_kill(&l->boxes, &l->boxes.list[i]);
  launcher_settle(l);
}

static void refuse(struct launcher *l, const char *reason) {
  fprintf(stderr, "launcher: closing the connection: %s\n", reason);
  outbox_add(&l->outbox, FATAL, 0, reason, strlen(reason));
  outbox_flush(&l->outbox, l->connection);
  launcher_disconnect(l);
}

void launcher_accept(struct launcher *l) {
  int fd = accept4(l->options->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  if (l->is_ending) {
    close(fd);
    return;
  }
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) || peer.uid != l->options->worker_uid) {
    close(fd);
    return;
  }
  epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->options->listener, NULL);
  l->connection = fd;
  l->has_hello = l->is_writing_watched = false;
  l->inbox_size = 0;
  l->outbox.start = l->outbox.end = 0;
  l->outbox.is_overrun = false;
  launcher_watch(l, fd, OWN_CONNECTION, EPOLLIN);
}

static void handle_inbox(struct launcher *l) {
  size_t done = 0;
  struct frame frame;
  enum frame_state state;
  while ((state = frame_parse(l->inbox + done, l->inbox_size - done, &frame)) == FRAME_WHOLE) {
    const char *wrong = launcher_request(l, &frame, l->inbox + done + FRAME_HEADER);
    done += FRAME_HEADER + frame.length;
    if (!wrong) continue;
    refuse(l, wrong);
    return;
  }
  if (state == FRAME_MALFORMED) {
    refuse(l, "malformed frame");
    return;
  }
  memmove(l->inbox, l->inbox + done, l->inbox_size - done);
  l->inbox_size -= done;
}

void launcher_receive(struct launcher *l) {
  ssize_t got = RETRY(recv(l->connection, l->inbox + l->inbox_size, INBOX_SIZE - l->inbox_size, 0));
  if (got > 0) {
    l->inbox_size += (size_t)got;
    handle_inbox(l);
  } else if (got == 0 || errno != EAGAIN) {
    launcher_disconnect(l);
  }
}

/* Sends what there is, and lets those go on who had no room for it. Polls for more room exactly while something waits. */
void launcher_send(struct launcher *l) {
  for (bool is_more = true; is_more && l->connection >= 0;) {
    bool was_full = !outbox_has_room(&l->outbox);
    if (l->outbox.is_overrun) fprintf(stderr, "launcher: closing the connection: the worker does not read\n");
    if (l->outbox.is_overrun || !outbox_flush(&l->outbox, l->connection)) launcher_disconnect(l);
    is_more = was_full && outbox_has_room(&l->outbox);
    for (uint32_t i = 0; is_more && i < l->plan.lanes; i++) box_resume(&l->boxes, &l->boxes.list[i]);
  }
  if (l->connection < 0) return;
  bool is_waiting = !outbox_is_empty(&l->outbox);
  if (is_waiting != l->is_writing_watched) launcher_watch(l, l->connection, OWN_CONNECTION, EPOLLIN | (is_waiting ? EPOLLOUT : 0));
  l->is_writing_watched = is_waiting;
}
