#include "status.h"

#include <string.h>
#include <sys/socket.h>

#include "system.h"

union descriptor_message {
  char bytes[CMSG_SPACE(sizeof(int))];
  struct cmsghdr align;
};

void status_send(int fd, const struct status *status) {
  RETRY(send(fd, status, sizeof *status, MSG_NOSIGNAL));
}

_Noreturn void status_fail(int fd, enum stage stage, unsigned index) {
  struct status status = {.kind = STATUS_FAILED, .stage = stage, .error = errno, .index = index};
  status_send(fd, &status);
  _exit(1);
}

int status_send_made(int fd, pid_t init, pid_t parked, int work_directory) {
  struct status status = {.kind = STATUS_MADE, .init = init, .parked = parked};
  struct iovec part = {.iov_base = &status, .iov_len = sizeof status};
  union descriptor_message control = {0};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &work_directory, sizeof work_directory);
  return RETRY(sendmsg(fd, &message, MSG_NOSIGNAL)) < 0 ? -1 : 0;
}

int status_receive(int fd, struct status *status, int *work_directory) {
  struct iovec part = {.iov_base = status, .iov_len = sizeof *status};
  union descriptor_message control = {0};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  *work_directory = -1;
  ssize_t got = RETRY(recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT));
  if (got <= 0) return (int)got;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
    memcpy(work_directory, CMSG_DATA(header), sizeof *work_directory);
  return got == sizeof *status ? 1 : 0;
}
