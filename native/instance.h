/* A user of the host may run several servers. Each is an instance: a number, and with it a range of ids, a directory and control
 * groups. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "cgroup.h"

enum { INSTANCE_PATH_MAX = 80, IDS_PER_INSTANCE = 1024 };

/* Where the instances of one user are. */
struct instance_place {
  char directory[INSTANCE_PATH_MAX - 16];
  bool is_root, is_reduced;
  unsigned id_count; /* of subordinate ids, where they are few or none; root has more than enough */
};

struct instance {
  int number;
  int lock; /* held by supervisor and launcher, free when both are dead; -1 when it is not ours */
  const struct instance_place *place;
  uid_t worker_uid, first_id; /* who speaks to it; where the ids of its boxes begin */
  char directory[INSTANCE_PATH_MAX], socket_path[INSTANCE_PATH_MAX + 16], lock_path[INSTANCE_PATH_MAX];
  struct cgroup_tree groups;
};

/* Takes the first free instance of a place: one of which nobody lives. False with errno, EBUSY when all are taken. */
bool instance_take(struct instance *instance, const struct instance_place *place);
/* Ends what a dead launcher has left: groups and who is in them; without groups, whoever has an id of its boxes. */
void instance_sweep(const struct instance *instance);
/* Removes what is left of all those in its place that were killed as a whole, supervisor and launcher. */
void instance_remove_dead(const struct instance *own);
/* Makes its directory ours, and removes whatever its worker, whose it was, has left in there. */
void instance_empty(const struct instance *instance);
/* Call it only while holding the lock: from then on the place may be another's. */
void instance_remove(const struct instance *instance);
