/* What cgroup-v1.c, cgroup-v2.c and cgroup-none.c each do in their own way, and what they use. The meaning of each is in cgroup.h. */
#pragma once
#include <stdio.h>

#include "cgroup.h"

struct cgroup_version {
  int hierarchies;
  int (*tree_make)(const struct cgroup_tree *tree, const struct cgroup_shares *shares);
  int (*tree_sweep)(const struct cgroup_tree *tree);
  int (*make)(const struct cgroup_tree *tree, uint32_t number);
  int (*open)(const struct cgroup_tree *tree, uint32_t number, struct cgroup *group);
  int (*bound)(const struct cgroup *group, uint32_t processes);
  int (*watch_oom)(const struct cgroup *group, int event_fd);
  int (*join_zygotes)(const struct cgroup_tree *tree, uint32_t lane);
  int (*start)(struct cgroup *group, const struct cgroup_limits *limits);
  uint64_t (*cpu_ns)(const struct cgroup *group);
  bool (*take_news)(const struct cgroup *group, int event_fd);
  bool (*was_full)(const struct cgroup *group);
  uint64_t (*memory_peak)(const struct cgroup *group);
  uint64_t (*sample)(struct cgroup *group);                               /* NULL: nobody has to look */
  void (*note_end)(struct cgroup *group, const struct rusage *usage);     /* NULL: the group knows */
  int (*remove)(const struct cgroup_tree *tree, uint32_t number);
};

extern const struct cgroup_version cgroup_v1, cgroup_v2, cgroup_none;

/* Whether its hierarchies are there, and the tree's paths in them. False with what is missing. */
bool cgroup_v1_find(struct cgroup_tree *tree, int instance, const char **missing);
bool cgroup_v2_find(struct cgroup_tree *tree, int instance, const char **missing);

enum {
  CGROUP_BOX_PATH_MAX = CGROUP_PATH_MAX + 32,
  SWEEP_DEADLINE_US = 5 * 1000 * 1000,
  /* Pid 1 and, until the box is ready, its maker and the helper of a zygote are members too. */
  PROCESSES_OF_A_MAKING = 3,
  PROCESSES_OF_A_RUN = 1
};

/* Small files of the kernel's. -1 with errno; a number that cannot be read is 0. */
int cgroup_write(int dir, const char *name, const char *value);
int cgroup_write_number(int dir, const char *name, uint64_t value);
ssize_t cgroup_read(int dir, const char *name, char *text, size_t size);
uint64_t cgroup_read_number(int dir, const char *name);
/* What an open one says now. */
ssize_t cgroup_read_again(int fd, char *text, size_t size);
/* The number behind `key` in a text of "key number" lines, 0 when it is not there. */
uint64_t cgroup_find_number(const char *text, const char *key);
int cgroup_open_dir(const char *path);
/* Makes <parent>/<instance>, and the parent that all instances share. */
int cgroup_make_shared(const char *path);
/* The path without its last part. */
void cgroup_parent(const char *path, char parent[CGROUP_PATH_MAX]);
