/*
 * Stands in for an interpreter that somebody else has chosen: a worker that has been taken over, or a hole in one. It has
 * the descriptors that a zygote, or an interpreter that boots in a box, is given, and tries what they may be misused for.
 *
 *   untrue zygote VICTIM   when asked for a birth: tries its power, sends the victim into a group, lies; then fails the birth
 *                          with what it could do, as a set of bits
 *   untrue boot VICTIM     in a box: lies, in its own name and from a child; then comes to its gate
 *   untrue stuck           never comes to its gate
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "gate.h"
#include "script.h"
#include "status.h"

enum fault {
  HAS_CAPABILITY = 1,
  HAS_GROUP = 2,
  HAS_HOSTNAME = 4,
  CAN_GAIN = 8,
  MOVED_VICTIM = 16,
};

enum { COUNT_MAX = GATE_GROUPS + CGROUP_HIERARCHIES_MAX };

static int power(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[2];
  char name[65] = "";
  int faults = 0;
  if (syscall(SYS_capget, &header, sets) || sets[0].permitted || sets[1].permitted || sets[0].inheritable) faults |= HAS_CAPABILITY;
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_SYS_PTRACE, 0, 0)) faults |= HAS_CAPABILITY;
  if (getgroups(0, NULL)) faults |= HAS_GROUP;
  if (gethostname(name, sizeof name) || strcmp(name, "millrace")) faults |= HAS_HOSTNAME;
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) faults |= CAN_GAIN;
  return faults;
}

static void say(int fd, struct status status, int with[2]) {
  struct iovec part = {.iov_base = &status, .iov_len = sizeof status};
  union {
    char bytes[CMSG_SPACE(2 * sizeof(int))];
    struct cmsghdr align;
  } control = {0};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(2 * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(header), with, 2 * sizeof(int));
  sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* Of another process, which it calls the box's. */
static void lie(int fd, pid_t victim) {
  say(fd, (struct status){.kind = STATUS_MADE, .init = victim}, (int[]){0, 1});
  say(fd, (struct status){.kind = STATUS_PARKED}, (int[]){0, 1});
}

static void zygote(pid_t victim, const char *number) {
  struct gate_request request;
  int fds[COUNT_MAX], faults = power();
  union {
    char bytes[CMSG_SPACE(sizeof fds)];
    struct cmsghdr align;
  } control = {0};
  struct iovec part = {.iov_base = &request, .iov_len = sizeof request};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  while (recvmsg(GATE_REQUESTS_FD, &message, 0) == sizeof request) {
    const int count = GATE_GROUPS + (int)request.groups;
    memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&message)), (size_t)count * sizeof *fds);
    for (int i = GATE_GROUPS; i < count; i++)
      if (write(fds[i], number, strlen(number)) >= 0) faults |= MOVED_VICTIM;
    lie(fds[GATE_STATUS], victim);
    say(fds[GATE_STATUS], (struct status){.kind = STATUS_FAILED, .stage = STAGE_ENTER, .index = (unsigned)faults}, (int[]){0, 1});
    for (int i = 0; i < count; i++) close(fds[i]);
  }
}

static void boot(pid_t victim) {
  lie(SCRIPT_STATUS_FD, victim);
  pid_t child = fork();
  if (child == 0) {
    lie(SCRIPT_STATUS_FD, victim);
    say(SCRIPT_STATUS_FD, (struct status){.kind = STATUS_FAILED, .stage = STAGE_EXEC}, (int[]){0, 1});
    _exit(0);
  }
  waitpid(child, NULL, 0);
  char byte;
  while (read(SCRIPT_FD, &byte, 1) > 0) continue;
}

int main(int argc, char **argv) {
  pid_t victim = argc > 2 ? atoi(argv[2]) : 0;
  if (argc > 2 && !strcmp(argv[1], "zygote")) zygote(victim, argv[2]);
  else if (argc > 2 && !strcmp(argv[1], "boot")) boot(victim);
  else pause();
  return 0;
}
