#include "cgroup.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup-version.h"
#include "system.h"

/* A hybrid host has its controllers in version 1; where they are is what counts. */
bool cgroup_find(struct cgroup_tree *tree, int instance, const char **missing) {
  const char *missing_in_v1;
  *tree = (struct cgroup_tree){.version = &cgroup_v1};
  if (cgroup_v1_find(tree, instance, &missing_in_v1)) return true;
  *tree = (struct cgroup_tree){.version = &cgroup_v2};
  if (cgroup_v2_find(tree, instance, missing)) return true;
  if (!*missing) *missing = missing_in_v1;
  return false;
}

void cgroup_do_without(struct cgroup_tree *tree) { *tree = (struct cgroup_tree){.version = &cgroup_none}; }

/* ---- one version or the other -------------------------------------------------------------------------------------- */

int cgroup_tree_make(const struct cgroup_tree *tree, const struct cgroup_shares *shares) {
  return tree->version->tree_make(tree, shares);
}

int cgroup_tree_sweep(const struct cgroup_tree *tree) { return tree->version->tree_sweep(tree); }

int cgroup_make(const struct cgroup_tree *tree, uint32_t number) { return tree->version->make(tree, number); }

int cgroup_open(const struct cgroup_tree *tree, uint32_t number, struct cgroup *group) {
  *group = CGROUP_CLOSED;
  group->version = tree->version;
  return tree->version->open(tree, number, group);
}

int cgroup_bound(const struct cgroup *group, uint32_t processes) { return group->version->bound(group, processes); }

int cgroup_watch_oom(const struct cgroup *group, int event_fd) { return group->version->watch_oom(group, event_fd); }

int cgroup_join(const struct cgroup *group) {
  for (int i = 0; i < group->version->hierarchies; i++)
    if (cgroup_write(group->dir[i], "cgroup.procs", "0")) return -1;
  return 0;
}

/* Without the capabilities that it has otherwise. */
static int open_without_power(const struct cgroup *group, int fds[CGROUP_HIERARCHIES_MAX]) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3], lowered[_LINUX_CAPABILITY_U32S_3];
  if (syscall(SYS_capget, &header, sets)) return -1;
  memcpy(lowered, sets, sizeof lowered);
  for (size_t i = 0; i < COUNT_OF(lowered); i++) lowered[i].effective = 0;
  if (syscall(SYS_capset, &header, lowered)) return -1;
  int result = 0;
  for (int i = 0; i < group->version->hierarchies && !result; i++)
    if ((fds[i] = openat(group->dir[i], "cgroup.procs", O_WRONLY | O_CLOEXEC)) < 0) result = -1;
  int error = errno;
  if (syscall(SYS_capset, &header, sets)) return -1;
  errno = error;
  return result;
}

/* The kernel goes by who opened such a file. Version 1 then takes only processes of that user; version 2 only those from below a
 * group whose file is that user's as well, which is the lane's. */
int cgroup_open_members(const struct cgroup *group, uid_t id, int fds[CGROUP_HIERARCHIES_MAX]) {
  const uid_t own = geteuid();
  for (int i = 0; i < group->version->hierarchies; i++)
    if (fchownat(group->dir[i], "cgroup.procs", id, (gid_t)-1, 0)) return -1;
  if (seteuid(id)) return -1;
  int result = open_without_power(group, fds);
  int error = errno;
  if (seteuid(own)) return -1;
  errno = error;
  return result ? -1 : group->version->hierarchies;
}

int cgroup_join_zygotes(const struct cgroup_tree *tree, uint32_t lane) { return tree->version->join_zygotes(tree, lane); }

int cgroup_start(struct cgroup *group, const struct cgroup_limits *limits, uint64_t *cpu_ns) {
  if (group->version->start(group, limits)) return -1;
  *cpu_ns = cgroup_cpu_ns(group);
  return 0;
}

uint64_t cgroup_cpu_ns(const struct cgroup *group) { return group->version->cpu_ns(group); }

bool cgroup_take_news(const struct cgroup *group, int event_fd) { return group->version->take_news(group, event_fd); }

/* Both versions call it so. */
uint32_t cgroup_oom_kills(const struct cgroup *group) {
  char text[256];
  if (cgroup_read_again(group->oom, text, sizeof text) <= 0) return 0;
  return (uint32_t)cgroup_find_number(text, "oom_kill");
}

bool cgroup_was_full(const struct cgroup *group) { return group->version->was_full(group); }

uint64_t cgroup_memory_peak(const struct cgroup *group) { return group->version->memory_peak(group); }

bool cgroup_is_sampled(const struct cgroup *group) { return group->version->sample; }

uint64_t cgroup_sample(struct cgroup *group) { return group->version->sample(group); }

void cgroup_note_end(struct cgroup *group, const struct rusage *usage) {
  if (group->version->note_end) group->version->note_end(group, usage);
}

void cgroup_close(struct cgroup *group) {
  for (int i = 0; i < CGROUP_HIERARCHIES_MAX; i++) close_fd(&group->dir[i]);
  close_fd(&group->clock);
  close_fd(&group->oom);
  close_fd(&group->failures);
  close_fd(&group->peak);
  close_fd(&group->proc);
}

int cgroup_remove(const struct cgroup_tree *tree, uint32_t number) { return tree->version->remove(tree, number); }

/* ---- what both use ------------------------------------------------------------------------------------------------- */

int cgroup_write(int dir, const char *name, const char *value) {
  int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t written = RETRY(write(fd, value, strlen(value)));
  int error = errno;
  close(fd);
  errno = error;
  return written < 0 ? -1 : 0;
}

int cgroup_write_number(int dir, const char *name, uint64_t value) {
  char text[24];
  snprintf(text, sizeof text, "%llu", (unsigned long long)value);
  return cgroup_write(dir, name, text);
}

ssize_t cgroup_read_again(int fd, char *text, size_t size) {
  ssize_t got = RETRY(pread(fd, text, size - 1, 0));
  text[got > 0 ? got : 0] = 0;
  return got;
}

ssize_t cgroup_read(int dir, const char *name, char *text, size_t size) {
  text[0] = 0;
  int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t got = cgroup_read_again(fd, text, size);
  close(fd);
  return got;
}

uint64_t cgroup_read_number(int dir, const char *name) {
  char text[32];
  return cgroup_read(dir, name, text, sizeof text) > 0 ? strtoull(text, NULL, 10) : 0;
}

uint64_t cgroup_find_number(const char *text, const char *key) {
  size_t size = strlen(key);
  for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
    if (!strncmp(line, key, size) && line[size] == ' ') return strtoull(line + size, NULL, 10);
  return 0;
}

int cgroup_open_dir(const char *path) { return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC); }

void cgroup_parent(const char *path, char parent[CGROUP_PATH_MAX]) {
  snprintf(parent, CGROUP_PATH_MAX, "%s", path);
  *strrchr(parent, '/') = 0;
}

/* Another instance that ends removes the parent when it looks empty: then it is made again. */
int cgroup_make_shared(const char *path) {
  char parent[CGROUP_PATH_MAX];
  cgroup_parent(path, parent);
  for (int tries = 0; tries < 100; tries++) {
    if (mkdir(parent, 0755) && errno != EEXIST) return -1;
    if (!mkdir(path, 0755) || errno == EEXIST) return 0;
    if (errno != ENOENT) return -1;
  }
  return -1;
}
