/* A lane holds what consecutive boxes share: a read-only root, which is a mount namespace of its own, two host ids, and a network
 * namespace as long as nobody has used it. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "network.h"
#include "plan.h"
#include "zygote.h"

/* In the root: an empty directory and an empty file, to hide things with. */
#define LANE_EMPTY "/opt/millrace/empty"
#define LANE_NOTHING "/opt/millrace/nothing"

struct lane {
  uint32_t index;
  int mount_namespace; /* descriptor */
  struct network network;
  struct zygote zygotes[PLAN_ZYGOTES_MAX];
  /* Host ids of inside-0 and inside-1000; the same numbers serve as group ids. Where there is but one it is inside-1000's, and
   * inside-0 nobody. */
  uid_t first_id, program_id;
};

/* A lane without anything yet. */
void lane_init(struct lane *lane, uint32_t index, uid_t first_id, uid_t program_id);
static inline bool lane_has_one_id(const struct lane *lane) { return lane->first_id == lane->program_id; }
/* Builds the lane's root. `scratch` is an existing directory that the lane's namespace covers with a tmpfs of its own.
 * Returns 0, or -1 with errno and *failed naming the plan entry or step. */
int lane_make(struct lane *lane, const struct plan *plan, const char *scratch, const char **failed);
void lane_close(struct lane *lane);
/* A child of the launcher has ended: perhaps a zygote of the lane. */
void lane_reaped(struct lane *lane, pid_t pid);
