/* A host may run several servers. Each is an instance: a number, and with it a range of ids, a directory and control groups. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "cgroup.h"

struct instance {
  int number;
  int lock; /* held by supervisor and launcher, free when both are dead; -1 when it is not ours */
  uid_t worker_uid; /* the first of its ids; those of boxes begin two above */
  char directory[64], socket_path[96], lock_path[64];
  struct cgroup_tree groups;
};

/* Takes the first free instance of this host. False with errno, EBUSY when all are taken. */
bool instance_take(struct instance *instance);
/* Removes what is left of all those that were killed as a whole, supervisor and launcher. */
void instance_remove_dead(const struct instance *own);
/* Call it only while holding the lock: from then on the place may be another's. */
void instance_remove(const struct instance *instance);
