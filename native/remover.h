/* A resident child of the launcher that removes the control groups of boxes. Removing one may wait for a lock that a joining maker
 * holds for milliseconds: the launcher's loop must not. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup.h"

struct remover {
  pid_t pid; /* 0 when there is none */
  int line;  /* a SOCK_SEQPACKET pair: numbers of boxes there, answers back */
};

struct remover_answer {
  uint32_t number;
  bool is_removed; /* else one stayed: it is busy; ask again later */
};

/* Starts the child. -1 with errno. */
int remover_start(struct remover *remover, const struct cgroup_tree *groups);
/* Asks for the groups of a box to be removed. -1 with errno when the child is dead. */
int remover_ask(const struct remover *remover, uint32_t number);
/* The next answer; false when there is none now. */
bool remover_receive(const struct remover *remover, struct remover_answer *answer);
/* Lets the child go, which ends when it reads end-of-file. */
void remover_close(struct remover *remover);
