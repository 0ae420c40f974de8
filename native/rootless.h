/* An ordinary user gets the power that making boxes needs in a user namespace of its own, and nowhere else. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

struct rootless {
  uid_t first_uid; /* of the host's subordinate ids; in the namespace they begin at 1, and 0 is the user itself */
  gid_t first_gid;
  unsigned count; /* 0: there are none, and the namespace has the user's own id alone */
};

/* Enters the namespace, as its root. NULL, or what failed, with errno where that says more. Before any thread or child. */
const char *rootless_enter(const struct rootless *ids);
