/* Control groups of boxes, cgroup v1: <hierarchy>/millrace/<instance>/<box> in memory, pids, cpu and cpuacct. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum cgroup_controller { CGROUP_MEMORY, CGROUP_PIDS, CGROUP_CPUACCT, CGROUP_CPU, CGROUP_CONTROLLERS };

enum { CGROUP_PATH_MAX = 256 };

/* Where the groups of one instance lie. */
struct cgroup_tree {
  char path[CGROUP_CONTROLLERS][CGROUP_PATH_MAX];
  int instance;
};

/* An open group of a box. */
struct cgroup {
  uint32_t number;
  int dir[CGROUP_CONTROLLERS]; /* -1 each when not open */
  /* What a run is judged by is open from the start: no verdict depends on whether the host has a descriptor left. */
  int clock, oom_control, failures;
};

struct cgroup_limits {
  uint64_t memory_bytes;
  uint32_t processes;
};

/* Finds the mounted hierarchies. False, with the missing controller in *missing, when one is not there. */
bool cgroup_find(struct cgroup_tree *tree, int instance, const char **missing);
/* Makes the instance's own groups, bounded by what all boxes together may use. -1 with errno. */
int cgroup_tree_make(const struct cgroup_tree *tree, uint64_t memory_bytes);
/* Kills what is left in the instance's groups and removes them. -1 with errno when something stayed. */
int cgroup_tree_sweep(const struct cgroup_tree *tree);

#define CGROUP_CLOSED ((struct cgroup){.dir = {-1, -1, -1, -1}, .clock = -1, .oom_control = -1, .failures = -1})

/* The four steps of a box's maker, each -1 with errno: make the groups, bound them, watch for OOM, enter them. */
int cgroup_make(const struct cgroup_tree *tree, uint32_t number);
int cgroup_open(const struct cgroup_tree *tree, uint32_t number, struct cgroup *group);
int cgroup_bound(const struct cgroup *group, uint32_t processes);
int cgroup_watch_oom(const struct cgroup *group, int event_fd);
int cgroup_join(const struct cgroup *group);
/* Descriptors with which whoever holds them can enter the groups, one for each controller. */
int cgroup_open_members(const struct cgroup *group, int fds[CGROUP_CONTROLLERS]);
/* Enters the groups that all zygotes of the instance share. */
int cgroup_join_zygotes(const struct cgroup_tree *tree);

/* Sets a run's limits and starts its accounting afresh. *cpu_ns is what the group has used until then. */
int cgroup_start(const struct cgroup *group, const struct cgroup_limits *limits, uint64_t *cpu_ns);
uint64_t cgroup_cpu_ns(const struct cgroup *group);
uint32_t cgroup_oom_kills(const struct cgroup *group);
/* Whether the group has met its own memory limit; without that, a kill was for want of memory around it. */
bool cgroup_was_full(const struct cgroup *group);
/* Peak memory in bytes, without the file cache that is charged to the group now. */
uint64_t cgroup_memory_peak(const struct cgroup *group);
void cgroup_close(struct cgroup *group);
/* Removes the groups of a box. -1 when one stayed: what was in there has been killed, and may be gone the next time. */
int cgroup_remove(const struct cgroup_tree *tree, uint32_t number);
