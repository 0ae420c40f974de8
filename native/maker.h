/* Makes one box: a short-lived child of the launcher that gives birth to the box's pid 1 and to the parked process. */
#pragma once
#include "cgroup.h"
#include "lane.h"
#include "plan.h"
#include "root.h"

/* The box's ends of its pipes. The maker owns them in its process. */
struct maker_ends {
  int stdin_read, stdout_write, stderr_write;
  int script_read; /* what the parked process is to do */
  int life_read;   /* end-of-file ends the box */
  int status;      /* status.h */
  int oom_event;   /* eventfd */
};

struct maker {
  pid_t launcher;
  const struct plan *plan;
  const struct lane *lane;
  const struct cgroup_tree *groups;
  uint32_t number; /* names the box's groups */
  uint32_t processes;
  struct root_sizes sizes;
  const struct zygote *zygote; /* gives birth to the process that parks; NULL: the maker does */
  struct maker_ends ends;
};

/* Where the kernel of the host must choose a victim, it is a box. */
void offer_to_oom_killer(void);

/* Runs in the child that the launcher forked for it; never returns. */
_Noreturn void maker_run(const struct maker *maker);
