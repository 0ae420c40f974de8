/*
 * A group is made fresh for each box and removed with it, so that nothing of one run is counted in another's.
 * Joining one may take milliseconds (the kernel waits for a grace period), so a box's maker joins while nobody waits,
 * and all processes of the box are born inside. Removing one may wait for the same lock: the remover does it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "system.h"

static const char *const CONTROLLERS[CGROUP_CONTROLLERS] = {"memory", "pids", "cpuacct", "cpu"};

enum {
  SWEEP_DEADLINE_US = 5 * 1000 * 1000,
  SOCKET_SHARE = 4 /* of the memory limit, on top of it, for buffers of sockets */
};

/* Whether a mountinfo line's super block options name the controller. */
static bool has_option(const char *options, const char *name) {
  size_t size = strlen(name);
  for (const char *at = options; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
    if (!strncmp(at, name, size) && strchr(",\n", at[size])) return true;
  return false;
}

/* Controllers may share a hierarchy, like cpu and cpuacct: what is done to a group in it is done once. */
static bool is_first(const struct cgroup_tree *tree, int controller) {
  for (int i = 0; i < controller; i++)
    if (!strcmp(tree->path[i], tree->path[controller])) return false;
  return true;
}

static void note_mount(struct cgroup_tree *tree, int instance, char *line) {
  char mount_point[128], options[256];
  char *tail = strstr(line, " - cgroup ");
  if (!tail || sscanf(line, "%*d %*d %*s %*s %127s", mount_point) != 1) return;
  if (sscanf(tail, " - cgroup %*s %255s", options) != 1) return;
  for (int i = 0; i < CGROUP_CONTROLLERS; i++)
    if (has_option(options, CONTROLLERS[i]))
      snprintf(tree->path[i], sizeof tree->path[i], "%s/millrace/%d", mount_point, instance);
}

bool cgroup_find(struct cgroup_tree *tree, int instance, const char **missing) {
  *tree = (struct cgroup_tree){.instance = instance};
  FILE *file = fopen("/proc/self/mountinfo", "re");
  char line[4096];
  while (file && fgets(line, sizeof line, file)) note_mount(tree, instance, line);
  if (file) fclose(file);
  for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
    if (tree->path[i][0]) continue;
    *missing = CONTROLLERS[i];
    return false;
  }
  return true;
}

static int write_file(int dir, const char *name, const char *value) {
  int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t written = RETRY(write(fd, value, strlen(value)));
  int error = errno;
  close(fd);
  errno = error;
  return written < 0 ? -1 : 0;
}

static int write_number(int dir, const char *name, uint64_t value) {
  char text[24];
  snprintf(text, sizeof text, "%llu", (unsigned long long)value);
  return write_file(dir, name, text);
}

/* What an open file of the kernel's says now. */
static ssize_t read_again(int fd, char *text, size_t size) {
  ssize_t got = RETRY(pread(fd, text, size - 1, 0));
  text[got > 0 ? got : 0] = 0;
  return got;
}

static ssize_t read_file(int dir, const char *name, char *text, size_t size) {
  int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t got = read_again(fd, text, size);
  close(fd);
  return got;
}

static uint64_t read_number(int dir, const char *name) {
  char text[32];
  return read_file(dir, name, text, sizeof text) > 0 ? strtoull(text, NULL, 10) : 0;
}

/* The number behind `key` in a file of "key number" lines. */
static uint64_t find_number(const char *text, const char *key) {
  size_t size = strlen(key);
  for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
    if (!strncmp(line, key, size) && line[size] == ' ') return strtoull(line + size, NULL, 10);
  return 0;
}

static int open_dir(const char *path) { return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC); }

/* Another instance that ends removes the parent that all share when it looks empty: then it is made again. */
static int make_tree_group(const char *path) {
  char parent[CGROUP_PATH_MAX];
  snprintf(parent, sizeof parent, "%s", path);
  *strrchr(parent, '/') = 0;
  for (int tries = 0; tries < 100; tries++) {
    if (mkdir(parent, 0755) && errno != EEXIST) return -1;
    if (!mkdir(path, 0755) || errno == EEXIST) return 0;
    if (errno != ENOENT) return -1;
  }
  return -1;
}

int cgroup_tree_make(const struct cgroup_tree *tree, uint64_t memory_bytes) {
  for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
    if (make_tree_group(tree->path[i])) return -1;
  }
  int dir = open_dir(tree->path[CGROUP_MEMORY]);
  int result = dir < 0 ? -1 : write_number(dir, "memory.limit_in_bytes", memory_bytes);
  close_fd(&dir);
  return result;
}

static void box_path(const struct cgroup_tree *tree, int controller, uint32_t number, char path[CGROUP_PATH_MAX + 16]) {
  snprintf(path, CGROUP_PATH_MAX + 16, "%s/%u", tree->path[controller], number);
}

int cgroup_make(const struct cgroup_tree *tree, uint32_t number) {
  for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
    char path[CGROUP_PATH_MAX + 16];
    box_path(tree, i, number, path);
    if (is_first(tree, i) && mkdir(path, 0755)) return -1;
  }
  return 0;
}

int cgroup_open(const struct cgroup_tree *tree, uint32_t number, struct cgroup *group) {
  *group = CGROUP_CLOSED;
  group->number = number;
  for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
    char path[CGROUP_PATH_MAX + 16];
    box_path(tree, i, number, path);
    if ((group->dir[i] = open_dir(path)) < 0) return -1;
  }
  group->clock = openat(group->dir[CGROUP_CPUACCT], "cpuacct.usage", O_RDONLY | O_CLOEXEC);
  group->oom_control = openat(group->dir[CGROUP_MEMORY], "memory.oom_control", O_RDONLY | O_CLOEXEC);
  group->failures = openat(group->dir[CGROUP_MEMORY], "memory.failcnt", O_RDONLY | O_CLOEXEC);
  return group->clock < 0 || group->oom_control < 0 || group->failures < 0 ? -1 : 0;
}

void cgroup_close(struct cgroup *group) {
  for (int i = 0; i < CGROUP_CONTROLLERS; i++) close_fd(&group->dir[i]);
  close_fd(&group->clock);
  close_fd(&group->oom_control);
  close_fd(&group->failures);
}

int cgroup_bound(const struct cgroup *group, uint32_t processes) {
  /* No swap: what is over the limit is killed, not paged. Where swap accounting exists, `cgroup_start` bounds it too. */
  if (write_number(group->dir[CGROUP_MEMORY], "memory.swappiness", 0)) return -1;
  if (!DEFENCE("pids")) return 0;
  /* Pid 1 and, until the box is ready, its maker and the helper of a zygote are members too. */
  return write_number(group->dir[CGROUP_PIDS], "pids.max", processes + 3);
}

int cgroup_watch_oom(const struct cgroup *group, int event_fd) {
  char request[32];
  snprintf(request, sizeof request, "%d %d", event_fd, group->oom_control);
  return write_file(group->dir[CGROUP_MEMORY], "cgroup.event_control", request);
}

int cgroup_join(const struct cgroup *group) {
  for (int i = 0; i < CGROUP_CONTROLLERS; i++)
    if (write_file(group->dir[i], "cgroup.procs", "0")) return -1;
  return 0;
}

int cgroup_open_members(const struct cgroup *group, int fds[CGROUP_CONTROLLERS]) {
  for (int i = 0; i < CGROUP_CONTROLLERS; i++)
    if ((fds[i] = openat(group->dir[i], "cgroup.procs", O_WRONLY | O_CLOEXEC)) < 0) return -1;
  return 0;
}

int cgroup_join_zygotes(const struct cgroup_tree *tree) {
  for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
    char path[CGROUP_PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/zygotes", tree->path[i]);
    if (mkdir(path, 0755) && errno != EEXIST) return -1;
    int dir = open_dir(path);
    int result = write_file(dir, "cgroup.procs", "0");
    close_fd(&dir);
    if (result) return -1;
  }
  return 0;
}

/* The kernel counts buffers of TCP and UDP sockets apart, and only in a group that has a limit for them; else they are taken from
 * a pool that the whole host shares. A socket beyond the limit waits or drops; nothing is killed. */
static int bound_sockets(int memory, uint64_t bytes) {
  if (!DEFENCE("socket_memory")) return 0;
  return write_number(memory, "memory.kmem.tcp.limit_in_bytes", bytes) && errno != ENOENT ? -1 : 0;
}

int cgroup_start(const struct cgroup *group, const struct cgroup_limits *limits, uint64_t *cpu_ns) {
  const int memory = group->dir[CGROUP_MEMORY];
  if (DEFENCE("memory")) {
    if (write_number(memory, "memory.limit_in_bytes", limits->memory_bytes)) return -1;
    /* A page above, so that memory is what fails first: only its failures are counted. */
    if (write_number(memory, "memory.memsw.limit_in_bytes", limits->memory_bytes + 4096) && errno != ENOENT) return -1;
  }
  if (bound_sockets(memory, limits->memory_bytes / SOCKET_SHARE)) return -1;
  if (write_number(memory, "memory.max_usage_in_bytes", 0)) return -1;
  /* Pid 1 of the box is a member too. */
  if (DEFENCE("pids") && write_number(group->dir[CGROUP_PIDS], "pids.max", limits->processes + 1)) return -1;
  *cpu_ns = cgroup_cpu_ns(group);
  return 0;
}

uint64_t cgroup_cpu_ns(const struct cgroup *group) {
  char text[32];
  return read_again(group->clock, text, sizeof text) > 0 ? strtoull(text, NULL, 10) : 0;
}

uint32_t cgroup_oom_kills(const struct cgroup *group) {
  char text[256];
  if (read_again(group->oom_control, text, sizeof text) <= 0) return 0;
  return (uint32_t)find_number(text, "oom_kill");
}

/* Of the two limits that `cgroup_start` sets this one is what fails first. */
bool cgroup_was_full(const struct cgroup *group) {
  char text[32];
  return read_again(group->failures, text, sizeof text) > 0 && strtoull(text, NULL, 10);
}

uint64_t cgroup_memory_peak(const struct cgroup *group) {
  const int memory = group->dir[CGROUP_MEMORY];
  uint64_t peak = read_number(memory, "memory.max_usage_in_bytes") + read_number(memory, "memory.kmem.tcp.max_usage_in_bytes");
  char text[4096];
  if (read_file(memory, "memory.stat", text, sizeof text) <= 0) return peak;
  uint64_t cache = find_number(text, "total_cache"), shared = find_number(text, "total_shmem");
  uint64_t file_cache = cache > shared ? cache - shared : 0;
  return peak > file_cache ? peak - file_cache : 0;
}

static FILE *open_members(int dir) {
  int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
  if (!file) close_fd(&fd);
  return file;
}

static bool is_member(int dir, int pid) {
  FILE *file = open_members(dir);
  bool is_found = false;
  for (int other; file && !is_found && fscanf(file, "%d", &other) == 1;) is_found = other == pid;
  if (file) fclose(file);
  return is_found;
}

/* A number that was read may be another process's by the time of a kill: so it is looked up once more when it cannot change. */
static void kill_member(int dir, int pid) {
  int pidfd = sys_pidfd_open(pid);
  if (pidfd < 0) return;
  if (is_member(dir, pid)) sys_pidfd_send_signal(pidfd, SIGKILL);
  close(pidfd);
}

static void kill_members(int dir) {
  FILE *file = open_members(dir);
  for (int pid; file && fscanf(file, "%d", &pid) == 1;)
    if (pid > 1) kill_member(dir, pid);
  if (file) fclose(file);
}

static int remove_group(const char *path) {
  if (!rmdir(path) || errno == ENOENT) return 0;
  int dir = open_dir(path);
  kill_members(dir);
  close_fd(&dir);
  return -1;
}

int cgroup_remove(const struct cgroup_tree *tree, uint32_t number) {
  int result = 0;
  for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
    char path[CGROUP_PATH_MAX + 16];
    box_path(tree, i, number, path);
    if (is_first(tree, i) && remove_group(path)) result = -1;
  }
  return result;
}

/* Of a dead launcher. A box's pid 1 cannot go before its program has been reaped, which is our child now. */
static int sweep_group(const char *path) {
  for (int64_t deadline = now_us() + SWEEP_DEADLINE_US; remove_group(path);) {
    if (now_us() > deadline) return -1;
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    usleep(500);
  }
  return 0;
}

/* Removes the groups below `path`, then itself, then the parent that all instances share, if it is empty. */
static int sweep_groups(const char *path) {
  DIR *dir = opendir(path);
  if (!dir) return errno == ENOENT ? 0 : -1;
  int result = 0;
  for (struct dirent *entry; (entry = readdir(dir));) {
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
    char child[CGROUP_PATH_MAX + 300];
    snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
    if (sweep_group(child)) result = -1;
  }
  closedir(dir);
  if (sweep_group(path)) result = -1;
  char parent[CGROUP_PATH_MAX];
  snprintf(parent, sizeof parent, "%s", path);
  *strrchr(parent, '/') = 0;
  rmdir(parent);
  return result;
}

int cgroup_tree_sweep(const struct cgroup_tree *tree) {
  int result = 0;
  for (int i = 0; i < CGROUP_CONTROLLERS; i++)
    if (sweep_groups(tree->path[i])) result = -1;
  return result;
}
