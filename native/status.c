#include "status.h"

#include <string.h>
#include <sys/socket.h>

#include "system.h"

void status_send(int fd, const struct status *status) {
  RETRY(send(fd, status, sizeof *status, MSG_NOSIGNAL));
}

_Noreturn void status_fail(int fd, enum stage stage, unsigned index) {
  struct status status = {.kind = STATUS_FAILED, .stage = stage, .error = errno, .index = index};
  status_send(fd, &status);
  _exit(1);
}

int status_send_made(int fd, pid_t init, int work_directory) {
  struct status status = {.kind = STATUS_MADE, .init = init};
  struct iovec part = {.iov_base = &status, .iov_len = sizeof status};
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control = {0};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &work_directory, sizeof work_directory);
  return RETRY(sendmsg(fd, &message, MSG_NOSIGNAL)) < 0 ? -1 : 0;
}

int status_open(int pair[2]) {
  const int on = 1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) return -1;
  return setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
}

int status_receive(int fd, struct status_message *message) {
  struct iovec part = {.iov_base = &message->status, .iov_len = sizeof message->status};
  union {
    char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control = {0};
  struct msghdr header = {
      .msg_iov = &part,
      .msg_iovlen = 1,
      .msg_control = control.bytes,
      .msg_controllen = CMSG_SPACE(sizeof(struct ucred)) + CMSG_LEN(sizeof(int))}; /* no room for a second descriptor */
  ssize_t got = RETRY(recvmsg(fd, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT));
  if (got <= 0) return (int)got;
  struct ucred sender = {0};
  *message = (struct status_message){.status = message->status, .work_directory = -1};
  for (struct cmsghdr *at = CMSG_FIRSTHDR(&header); at; at = CMSG_NXTHDR(&header, at)) {
    if (at->cmsg_level != SOL_SOCKET) continue;
    if (at->cmsg_type == SCM_CREDENTIALS) memcpy(&sender, CMSG_DATA(at), sizeof sender);
    if (at->cmsg_type == SCM_RIGHTS) memcpy(&message->work_directory, CMSG_DATA(at), sizeof message->work_directory);
  }
  message->sender = sender.pid;
  message->user = sender.uid;
  return got == sizeof message->status ? 1 : 0;
}
