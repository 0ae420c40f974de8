/* What a box's maker, pid 1 and parked process tell the launcher, over one SOCK_SEQPACKET pair per box. End-of-file after
 * STATUS_PARKED means that the program has been started: every copy of the other end closes on exec, or at the gate. A second
 * STATUS_PARKED is an interpreter's that has come to its gate. */
#pragma once
#include <stdint.h>
#include <sys/types.h>

#include "stages.h"

enum status_kind { STATUS_MADE = 1, STATUS_BORN, STATUS_PARKED, STATUS_FAILED };

struct status {
  uint32_t kind;
  uint32_t stage;
  int32_t error;
  uint32_t index;
  /* STATUS_MADE, with a descriptor of the work directory, and STATUS_BORN; as the launcher's pid namespace numbers them.
   * `parked` is 0 in the former when a zygote gives birth to it, and tells in the latter. */
  pid_t init, parked;
};

/* Reports a failure, with errno, and ends this process. */
_Noreturn void status_fail(int fd, enum stage stage, unsigned index);
void status_send(int fd, const struct status *status);
int status_send_made(int fd, pid_t init, pid_t parked, int work_directory);
/* 1 and *status (with *work_directory, else -1), 0 at end-of-file, -1 with errno (EAGAIN: nothing yet). */
int status_receive(int fd, struct status *status, int *work_directory);
