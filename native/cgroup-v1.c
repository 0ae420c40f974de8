/*
 * A memory group is made fresh for each box and removed with it, so that nothing of one run is counted in another's. The other
 * controllers remember nothing of who has left but a clock, which is read when a run begins and when it ends: their groups are
 * the lane's, which has one box at a time. Joining a group may take milliseconds (the kernel waits for a grace period), so a box's maker joins while nobody waits,
 * and all processes of the box are born inside. Removing one may wait for the same lock: the remover does it.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cgroup-version.h"
#include "system.h"

/* Each in a hierarchy of its own, below <hierarchy>/millrace/<instance>. */
enum { CGROUP_MEMORY, CGROUP_PIDS, CGROUP_CPUACCT, CGROUP_CPU, CGROUP_CONTROLLERS };

static const char *const CONTROLLERS[CGROUP_CONTROLLERS] = {"memory", "pids", "cpuacct", "cpu"};

enum { SOCKET_SHARE = 4 /* of the memory limit, on top of it, for buffers of sockets */ };

/* Whether a mountinfo line's super block options name the controller. */
static bool has_option(const char *options, const char *name) {
  size_t size = strlen(name);
  for (const char *at = options; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
    if (!strncmp(at, name, size) && strchr(",\n", at[size])) return true;
  return false;
}

static uid_t user;

void cgroup_set_user(uid_t host_uid) { user = host_uid; }

/* Others than root have a group that root has made for them. */
static void name_group(char path[CGROUP_PATH_MAX], const char *mount_point, int instance) {
  if (user) snprintf(path, CGROUP_PATH_MAX, "%s/millrace-%u/millrace/%d", mount_point, user, instance);
  else snprintf(path, CGROUP_PATH_MAX, "%s/millrace/%d", mount_point, instance);
}

/* Whether groups can be made in the hierarchy. */
static bool is_open_to_us(const char *path) {
  char parent[CGROUP_PATH_MAX], base[CGROUP_PATH_MAX];
  cgroup_parent(path, parent);
  cgroup_parent(parent, base);
  return !access(base, W_OK);
}

static void note_mount(struct cgroup_tree *tree, int instance, char *line) {
  char mount_point[128], options[256];
  char *tail = strstr(line, " - cgroup ");
  if (!tail || sscanf(line, "%*d %*d %*s %*s %127s", mount_point) != 1) return;
  if (sscanf(tail, " - cgroup %*s %255s", options) != 1) return;
  for (int i = 0; i < CGROUP_CONTROLLERS; i++)
    if (has_option(options, CONTROLLERS[i]))
      name_group(tree->path[i], mount_point, instance);
}

bool cgroup_v1_find(struct cgroup_tree *tree, int instance, const char **missing) {
  static char lacking[64];
  FILE *file = fopen("/proc/self/mountinfo", "re");
  char line[4096];
  while (file && fgets(line, sizeof line, file)) note_mount(tree, instance, line);
  if (file) fclose(file);
  for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
    if (tree->path[i][0] && is_open_to_us(tree->path[i])) continue;
    snprintf(lacking, sizeof lacking, tree->path[i][0] ? "a group of %s that this user may write" : "%s", CONTROLLERS[i]);
    *missing = lacking;
    return false;
  }
  return true;
}

/* Where the controller is, a box has a group of its own; else that of its lane. */
static bool is_fresh(const struct cgroup_tree *tree, int controller) {
  return !strcmp(tree->path[controller], tree->path[CGROUP_MEMORY]);
}

static void box_path(const struct cgroup_tree *tree, int controller, uint32_t number, char path[CGROUP_BOX_PATH_MAX]) {
  const char *parent = tree->path[controller];
  if (is_fresh(tree, controller)) snprintf(path, CGROUP_BOX_PATH_MAX, "%s/%u", parent, number);
  else snprintf(path, CGROUP_BOX_PATH_MAX, "%s/lane-%u", parent, cgroup_lane(number));
}

static int tree_make(const struct cgroup_tree *tree, const struct cgroup_shares *shares) {
  for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
    if (cgroup_make_shared(tree->path[i])) return -1;
  }
  int dir = cgroup_open_dir(tree->path[CGROUP_MEMORY]);
  int result = dir < 0 ? -1 : cgroup_write_number(dir, "memory.limit_in_bytes", shares->memory_bytes);
  close_fd(&dir);
  return result;
}

static int make(const struct cgroup_tree *tree, uint32_t number) {
  char path[CGROUP_BOX_PATH_MAX];
  box_path(tree, CGROUP_MEMORY, number, path);
  return mkdir(path, 0755);
}

/* The first box of a lane makes the lane's groups, as does the next one when somebody has removed one that stood empty. */
static int open_group(const struct cgroup_tree *tree, int controller, uint32_t number) {
  char path[CGROUP_BOX_PATH_MAX];
  box_path(tree, controller, number, path);
  int dir = cgroup_open_dir(path);
  if (dir >= 0 || errno != ENOENT || is_fresh(tree, controller)) return dir;
  return mkdir(path, 0755) && errno != EEXIST ? -1 : cgroup_open_dir(path);
}

static int open_groups(const struct cgroup_tree *tree, uint32_t number, struct cgroup *group) {
  for (int i = 0; i < CGROUP_CONTROLLERS; i++)
    if ((group->dir[i] = open_group(tree, i, number)) < 0) return -1;
  group->clock = openat(group->dir[CGROUP_CPUACCT], "cpuacct.usage", O_RDONLY | O_CLOEXEC);
  group->oom = openat(group->dir[CGROUP_MEMORY], "memory.oom_control", O_RDONLY | O_CLOEXEC);
  group->failures = openat(group->dir[CGROUP_MEMORY], "memory.failcnt", O_RDONLY | O_CLOEXEC);
  return group->clock < 0 || group->oom < 0 || group->failures < 0 ? -1 : 0;
}

static int bound(const struct cgroup *group, uint32_t processes) {
  /* No swap: what is over the limit is killed, not paged. Where swap accounting exists, `cgroup_start` bounds it too. */
  if (cgroup_write_number(group->dir[CGROUP_MEMORY], "memory.swappiness", 0)) return -1;
  if (!DEFENCE("pids")) return 0;
  return cgroup_write_number(group->dir[CGROUP_PIDS], "pids.max", processes + PROCESSES_OF_A_MAKING);
}

static int watch_oom(const struct cgroup *group, int event_fd) {
  char request[32];
  snprintf(request, sizeof request, "%d %d", event_fd, group->oom);
  return cgroup_write(group->dir[CGROUP_MEMORY], "cgroup.event_control", request);
}

static int join_zygotes(const struct cgroup_tree *tree, uint32_t lane) {
  (void)lane; /* those of all lanes share one: who may enter a group depends on who is moved */
  for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
    char path[CGROUP_BOX_PATH_MAX];
    snprintf(path, sizeof path, "%s/zygotes", tree->path[i]);
    if (mkdir(path, 0755) && errno != EEXIST) return -1;
    int dir = cgroup_open_dir(path);
    int result = cgroup_write(dir, "cgroup.procs", "0");
    close_fd(&dir);
    if (result) return -1;
  }
  return 0;
}

/* The kernel counts buffers of TCP and UDP sockets apart, and only in a group that has a limit for them; else they are taken from
 * a pool that the whole host shares. A socket beyond the limit waits or drops; nothing is killed. */
static int bound_sockets(int memory, uint64_t bytes) {
  if (!DEFENCE("socket_memory")) return 0;
  return cgroup_write_number(memory, "memory.kmem.tcp.limit_in_bytes", bytes) && errno != ENOENT ? -1 : 0;
}

static int start(struct cgroup *group, const struct cgroup_limits *limits) {
  const int memory = group->dir[CGROUP_MEMORY];
  if (DEFENCE("memory")) {
    if (cgroup_write_number(memory, "memory.limit_in_bytes", limits->memory_bytes)) return -1;
    /* A page above, so that memory is what fails first: only its failures are counted. */
    if (cgroup_write_number(memory, "memory.memsw.limit_in_bytes", limits->memory_bytes + 4096) && errno != ENOENT) return -1;
  }
  if (bound_sockets(memory, limits->memory_bytes / SOCKET_SHARE)) return -1;
  if (cgroup_write_number(memory, "memory.max_usage_in_bytes", 0)) return -1;
  if (!DEFENCE("pids")) return 0;
  return cgroup_write_number(group->dir[CGROUP_PIDS], "pids.max", limits->processes + PROCESSES_OF_A_RUN);
}

static uint64_t cpu_ns(const struct cgroup *group) {
  char text[32];
  return cgroup_read_again(group->clock, text, sizeof text) > 0 ? strtoull(text, NULL, 10) : 0;
}

static bool take_news(const struct cgroup *group, int event_fd) {
  uint64_t count;
  (void)group;
  return RETRY(read(event_fd, &count, sizeof count)) >= 0;
}

/* Of the two limits that `cgroup_start` sets this one is what fails first. */
static bool was_full(const struct cgroup *group) {
  char text[32];
  return cgroup_read_again(group->failures, text, sizeof text) > 0 && strtoull(text, NULL, 10);
}

static uint64_t memory_peak(const struct cgroup *group) {
  const int memory = group->dir[CGROUP_MEMORY];
  uint64_t peak = cgroup_read_number(memory, "memory.max_usage_in_bytes") + cgroup_read_number(memory, "memory.kmem.tcp.max_usage_in_bytes");
  char text[4096];
  if (cgroup_read(memory, "memory.stat", text, sizeof text) <= 0) return peak;
  uint64_t cache = cgroup_find_number(text, "total_cache"), shared = cgroup_find_number(text, "total_shmem");
  uint64_t file_cache = cache > shared ? cache - shared : 0;
  return peak > file_cache ? peak - file_cache : 0;
}

static FILE *open_processes(int dir) {
  int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
  if (!file) close_fd(&fd);
  return file;
}

static bool is_member(int dir, int pid) {
  FILE *file = open_processes(dir);
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
  FILE *file = open_processes(dir);
  for (int pid; file && fscanf(file, "%d", &pid) == 1;)
    if (pid > 1) kill_member(dir, pid);
  if (file) fclose(file);
}

static int remove_group(const char *path) {
  if (!rmdir(path) || errno == ENOENT) return 0;
  int dir = cgroup_open_dir(path);
  kill_members(dir);
  close_fd(&dir);
  return -1;
}

/* What stays is empty: who was in one of a box's groups was in all of them, but for what others may have put there. */
static int empty_lane(const struct cgroup_tree *tree, uint32_t number) {
  char path[CGROUP_BOX_PATH_MAX];
  box_path(tree, CGROUP_PIDS, number, path);
  int dir = is_fresh(tree, CGROUP_PIDS) ? -1 : cgroup_open_dir(path);
  bool is_empty = dir < 0 || !cgroup_read_number(dir, "pids.current");
  if (!is_empty) kill_members(dir);
  close_fd(&dir);
  return is_empty ? 0 : -1;
}

static int remove_fresh(const struct cgroup_tree *tree, uint32_t number) {
  char path[CGROUP_BOX_PATH_MAX];
  box_path(tree, CGROUP_MEMORY, number, path);
  return remove_group(path) || empty_lane(tree, number) ? -1 : 0;
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
  cgroup_parent(path, parent);
  rmdir(parent);
  return result;
}

static int tree_sweep(const struct cgroup_tree *tree) {
  int result = 0;
  for (int i = 0; i < CGROUP_CONTROLLERS; i++)
    if (sweep_groups(tree->path[i])) result = -1;
  return result;
}

const struct cgroup_version cgroup_v1 = {.hierarchies = CGROUP_CONTROLLERS,
                                         .tree_make = tree_make,
                                         .tree_sweep = tree_sweep,
                                         .make = make,
                                         .open = open_groups,
                                         .bound = bound,
                                         .watch_oom = watch_oom,
                                         .join_zygotes = join_zygotes,
                                         .start = start,
                                         .cpu_ns = cpu_ns,
                                         .take_news = take_news,
                                         .was_full = was_full,
                                         .memory_peak = memory_peak,
                                         .remove = remove_fresh};
