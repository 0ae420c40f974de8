/* Control groups of boxes. Each instance has a tree of its own, in the four hierarchies of version 1 (cgroup-v1.c) or in the one of
 * version 2 (cgroup-v2.c); which of them, cgroup.c finds out. Where there is neither, boxes have no groups (cgroup-none.c): they are
 * watched instead, which is less, and for whoever starts the launcher to allow. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { CGROUP_HIERARCHIES_MAX = 4, CGROUP_PATH_MAX = 256 };

struct cgroup_version;

/* Where the groups of one instance lie. */
struct cgroup_tree {
  const struct cgroup_version *version;
  char path[CGROUP_HIERARCHIES_MAX][CGROUP_PATH_MAX]; /* of version 2 the first one */
};

/* An open group of a box. What a run is judged by is open from the start: no verdict depends on whether the host has a descriptor
 * left. -1 each when not open, or when the version has no use for it. */
struct cgroup {
  const struct cgroup_version *version;
  int dir[CGROUP_HIERARCHIES_MAX];
  int clock, oom, failures, peak;
  bool is_oom_polled; /* by EPOLLPRI on `oom`; else by an eventfd, see `cgroup_watch_oom` */
  uint64_t start_peak, start_bytes;
  /* Of a box that has no group: its own /proc, the file system it may write (not ours to close), and what its processes have used. */
  int proc, store;
  uint64_t start_cpu_ns, main_cpu_ns, peak_bytes;
};

struct cgroup_limits {
  uint64_t memory_bytes;
  uint32_t processes;
  pid_t init, main; /* who is in the box */
  int store;        /* a directory of the file system that it may write */
};

/* What all boxes together may use, and who has them: lane n the ids from first_id + n * id_stride on. */
struct cgroup_shares {
  uint64_t memory_bytes;
  uint32_t lanes;
  uid_t first_id, id_stride;
};

/* For others than root, before anything else: who has started us, a number of the host's. */
void cgroup_set_user(uid_t host_uid);
/* Finds what is mounted. False, with what is missing in *missing, when boxes cannot have groups. */
bool cgroup_find(struct cgroup_tree *tree, int instance, const char **missing);
/* A tree in which boxes have no groups. */
void cgroup_do_without(struct cgroup_tree *tree);
/* Makes the instance's own groups. -1 with errno. */
int cgroup_tree_make(const struct cgroup_tree *tree, const struct cgroup_shares *shares);
/* Kills what is left in the instance's groups and removes them. -1 with errno when something stayed. */
int cgroup_tree_sweep(const struct cgroup_tree *tree);

/* A number that names the groups of a box: the how many-th of the launcher, and in which lane. */
static inline uint32_t cgroup_number(uint32_t count, uint32_t lane) { return count << 8 | lane; }
static inline uint32_t cgroup_lane(uint32_t number) { return number & 0xff; }

#define CGROUP_CLOSED \
  ((struct cgroup){.dir = {-1, -1, -1, -1}, .clock = -1, .oom = -1, .failures = -1, .peak = -1, .proc = -1, .store = -1})

/* The four steps of a box's maker, each -1 with errno: make the groups, bound them, watch for OOM, enter them. */
int cgroup_make(const struct cgroup_tree *tree, uint32_t number);
int cgroup_open(const struct cgroup_tree *tree, uint32_t number, struct cgroup *group);
int cgroup_bound(const struct cgroup *group, uint32_t processes);
int cgroup_watch_oom(const struct cgroup *group, int event_fd);
int cgroup_join(const struct cgroup *group);
/* Descriptors with which a process of the user `id` can enter the groups, and can make no process of another user enter them.
 * Returns how many, or -1. */
int cgroup_open_members(const struct cgroup *group, uid_t id, int fds[CGROUP_HIERARCHIES_MAX]);
/* Enters the groups that the zygotes of a lane have in common. */
int cgroup_join_zygotes(const struct cgroup_tree *tree, uint32_t lane);

/* Sets a run's limits and starts its accounting afresh. *cpu_ns is what the group has used until then. */
int cgroup_start(struct cgroup *group, const struct cgroup_limits *limits, uint64_t *cpu_ns);
uint64_t cgroup_cpu_ns(const struct cgroup *group);
/* Takes what has woken us. Whether it may be the news of a kill, which then is counted in a moment. */
bool cgroup_take_news(const struct cgroup *group, int event_fd);
uint32_t cgroup_oom_kills(const struct cgroup *group);
/* Whether the group has met its own memory limit; without that, a kill was for want of memory around it. */
bool cgroup_was_full(const struct cgroup *group);
/* Peak memory in bytes, without the file cache that is charged to the group now. */
uint64_t cgroup_memory_peak(const struct cgroup *group);
/* Whether somebody has to look, every now and then, how much memory is used; and looks, in bytes. */
bool cgroup_is_sampled(const struct cgroup *group);
uint64_t cgroup_sample(struct cgroup *group);
/* Main has ended, and used so much, with all whom it has waited for. */
void cgroup_note_end(struct cgroup *group, const struct rusage *usage);
void cgroup_close(struct cgroup *group);
/* Removes the groups of a box. -1 when one stayed: what was in there has been killed, and may be gone the next time. */
int cgroup_remove(const struct cgroup_tree *tree, uint32_t number);
