/* What is fresh in every box: its writable store, its /proc and host name. Runs as the box's pid 1, privileged
 * in the box's own namespaces only. */
#pragma once
#include <stdint.h>

#include "plan.h"
#include "stages.h"

struct root_sizes {
  uint64_t disk_bytes;
  uint32_t inodes;
};

/* Turns a copy of a lane's namespace into the box's. Returns STAGE_NONE, or the step that failed with errno set and
 * *index saying which plan entry. */
enum stage root_make(const struct plan *plan, const struct root_sizes *sizes, uid_t root, unsigned *index);
