/* The only code that gives up power. Called by everything that lives in a box: its pid 1 and its program. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "plan.h"
#include "stages.h"

struct seal {
  const struct plan_policy *policy;
  uid_t uid;     /* inside the box; the gid is the same */
  int keep;      /* descriptors 0 to keep-1 stay, every other one is closed */
  bool has_script; /* but those of script.h stay too */
  bool is_still; /* pid 1: from now on it may read, write and exit, and nothing else; without it the plan's filter holds */
  bool is_open;  /* pid 1: processes of its user may look into it, when none of those is the program */
};

/* Gives up everything and checks that it is gone. Returns STAGE_NONE, or the step that failed, with errno set and
 * *index saying which one of several. The process must not go on then. */
enum stage seal(const struct seal *seal, unsigned *index);
