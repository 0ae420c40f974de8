/* A lane's zygotes: interpreters that wait at their gate in the lane's root, to be forked into its boxes. See gate.h. */
#pragma once
#include "cgroup.h"
#include "plan.h"

/* What is random at an interpreter's start is alike for all that a zygote gives birth to: so it does not do so without end, and
 * others have their turn in between. Why 64: docs/decisions/0016. */
enum { ZYGOTE_BIRTHS_MAX = 64, ZYGOTES_MIN = 4 };

struct lane;

struct zygote {
  pid_t pid;    /* 0 when there is none */
  int requests; /* our end of the socket, or -1 */
  int births;
  int64_t last_us; /* when it was last asked for */
};

/* Makes sure that there is one which can give birth once more. -1 with errno. */
int zygote_ready(struct zygote *zygote, const struct plan *plan, size_t kind, const struct lane *lane,
                 const struct cgroup_tree *groups);
/* Lets go of it: it ends when it has done what it was asked for. */
void zygote_close(struct zygote *zygote);
/* Ends it whatever it does: one that does not come to its gate would not notice that it was let go. */
void zygote_end(struct zygote *zygote);
