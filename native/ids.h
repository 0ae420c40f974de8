/* Who has given an id out asks here who still has it: what no control group holds is found by whose it is. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

/* `count` of them from `first` on; as numbers of the user namespace that we are in. */
struct ids {
  uid_t first;
  unsigned count;
};

/* Whether a process has one of them. Those that have ended and wait to be reaped do not count. */
bool ids_are_used(struct ids ids);
/* Kills whoever has one of them, until nobody has. -1 with errno when somebody stayed. */
int ids_end_users(struct ids ids);
