/* What a box's maker, pid 1 and parked process tell the launcher, over one SOCK_SEQPACKET pair per box. End-of-file after
 * STATUS_PARKED means that the program has been started: every copy of the other end closes on exec, or at the gate. A second
 * STATUS_PARKED is an interpreter's that has come to its gate. Who says something the launcher learns from the kernel, so nobody can
 * speak for another process; the process that has parked first is the box's main one. */
#pragma once
#include <stdint.h>
#include <sys/types.h>

#include "stages.h"

enum status_kind { STATUS_MADE = 1, STATUS_PARKED, STATUS_FAILED };

struct status {
  uint32_t kind;
  uint32_t stage;
  int32_t error;
  uint32_t index;
  pid_t init; /* STATUS_MADE, with a descriptor of the work directory; as the launcher's pid namespace numbers it */
};

/* A status, and what the kernel says of who sent it. */
struct status_message {
  struct status status;
  pid_t sender; /* of its thread group, as the launcher's pid namespace numbers it */
  uid_t user;
  int work_directory; /* or -1 */
};

/* Reports a failure, with errno, and ends this process. */
_Noreturn void status_fail(int fd, enum stage stage, unsigned index);
void status_send(int fd, const struct status *status);
int status_send_made(int fd, pid_t init, int work_directory);
/* Makes a pair, of which the first is the launcher's end. -1 with errno. */
int status_open(int pair[2]);
/* 1 and *message, 0 at end-of-file, -1 with errno (EAGAIN: nothing yet). */
int status_receive(int fd, struct status_message *message);
