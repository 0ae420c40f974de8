/*
 * One hierarchy, in which groups that have members have no children and limits of a group hold for all below it:
 *
 *   <base>                         what was delegated to us, or the root of the hierarchy
 *   <base>/millrace.server         whatever was in <base> itself, the server above all: moved there when it is in the way
 *   <base>/millrace/<instance>     bounded by what all boxes together may use
 *   …/<lane>                       belongs to the lane: its zygotes may move themselves from one group below it to another
 *   …/<lane>/zygotes, …/<lane>/<box>
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "cgroup-version.h"
#include "system.h"

#define SERVER_GROUP "millrace.server"

/* ---- where ----------------------------------------------------------------------------------------------------------- */

/* Of the one mount: where it is, and which group is its root. */
static bool find_mount(char point[128], char root[128]) {
  FILE *file = fopen("/proc/self/mountinfo", "re");
  char line[4096];
  bool is_found = false;
  while (file && !is_found && fgets(line, sizeof line, file))
    is_found = strstr(line, " - cgroup2 ") && sscanf(line, "%*d %*d %*s %127s %127s", root, point) == 2;
  if (file) fclose(file);
  return is_found;
}

/* The group that we are in, as a path from the root of the hierarchy. */
static bool find_own(char path[CGROUP_PATH_MAX]) {
  FILE *file = fopen("/proc/self/cgroup", "re");
  char line[CGROUP_PATH_MAX]; /* of a longer one the rest would be missing, and no such group be found */
  bool is_found = false;
  while (file && !is_found && fgets(line, sizeof line, file))
    if ((is_found = !strncmp(line, "0::", 3))) {
      line[strcspn(line, "\n")] = 0;
      strcpy(path, line + 3);
    }
  if (file) fclose(file);
  return is_found;
}

/* systemd marks the groups that it leaves to others. */
static bool is_marked(const char *path) {
  static const char *const MARKS[] = {"trusted.delegate", "user.delegate"};
  char value[4];
  for (size_t i = 0; i < COUNT_OF(MARKS); i++)
    if (getxattr(path, MARKS[i], value, sizeof value) == 1 && value[0] == '1') return true;
  return false;
}

static bool is_ours(const char *path) {
  struct stat status;
  return !stat(path, &status) && status.st_uid == geteuid() && !access(path, W_OK);
}

static bool has_word(const char *text, const char *word) {
  size_t size = strlen(word);
  for (const char *at = text; (at = strstr(at, word)); at += size)
    if ((at == text || at[-1] == ' ') && strchr(" \n", at[size])) return true;
  return false;
}

/* On a hybrid host version 2 has a hierarchy, and version 1 the controllers. */
static bool has_controllers(const char *path) {
  char controllers[256];
  int dir = cgroup_open_dir(path);
  ssize_t got = dir < 0 ? -1 : cgroup_read(dir, "cgroup.controllers", controllers, sizeof controllers);
  close_fd(&dir);
  return got > 0 && has_word(controllers, "memory") && has_word(controllers, "pids");
}

/* Root may use the whole hierarchy, and does where nothing was delegated to it; others have their own group, or nothing. */
static bool find_base(char base[CGROUP_PATH_MAX], const char **missing) {
  char point[128], root[128], own[CGROUP_PATH_MAX], here[CGROUP_PATH_MAX + 128];
  *missing = NULL;
  if (!find_mount(point, root) || !find_own(own) || !has_controllers(point)) return false;
  size_t above = strcmp(root, "/") && !strncmp(own, root, strlen(root)) ? strlen(root) : 0;
  snprintf(here, sizeof here, "%s%s", point, strcmp(own + above, "/") ? own + above : "");
  char *last = strrchr(here, '/');
  if (!strcmp(last + 1, SERVER_GROUP)) *last = 0;
  *missing = "a control group that belongs to this user, with the controllers memory and pids";
  const char *found = is_ours(point) && !is_marked(here) ? point : is_ours(here) ? here : NULL;
  if (!found || strlen(found) >= CGROUP_PATH_MAX) return false;
  strcpy(base, found);
  return true;
}

bool cgroup_v2_find(struct cgroup_tree *tree, int instance, const char **missing) {
  char base[CGROUP_PATH_MAX];
  if (!find_base(base, missing) || !has_controllers(base)) return false;
  return snprintf(tree->path[0], CGROUP_PATH_MAX, "%s/millrace/%d", base, instance) < CGROUP_PATH_MAX;
}

/* ---- the instance's groups ------------------------------------------------------------------------------------------- */

/* Moves whatever is in the group itself into one below it: ourselves, whoever has started us, and in a container all the rest. */
static int move_down(const char *path, int dir) {
  char server[CGROUP_PATH_MAX + sizeof SERVER_GROUP], pid[24];
  snprintf(server, sizeof server, "%s/" SERVER_GROUP, path);
  if (mkdir(server, 0755) && errno != EEXIST) return -1;
  int target = cgroup_open_dir(server), result = 0;
  for (ssize_t got; !result && (got = cgroup_read(dir, "cgroup.procs", pid, sizeof pid)) > 0;) {
    pid[strcspn(pid, "\n")] = 0;
    /* Another process's end may come first. Number 0 is one that lives in a namespace above ours. */
    if (!strcmp(pid, "0")) errno = EBUSY, result = -1;
    else if (cgroup_write(target, "cgroup.procs", pid) && errno != ESRCH) result = -1;
  }
  close_fd(&target);
  return result;
}

/* Lets groups below this one have limits. The processor is shared out evenly where that is possible, and measured everywhere. */
static int enable(const char *path) {
  int dir = cgroup_open_dir(path);
  int result = dir < 0 ? -1 : cgroup_write(dir, "cgroup.subtree_control", "+memory +pids");
  for (int tries = 0; result && errno == EBUSY && tries < 10; tries++)
    result = move_down(path, dir) || cgroup_write(dir, "cgroup.subtree_control", "+memory +pids") ? -1 : 0;
  int error = errno;
  if (!result) (void)!cgroup_write(dir, "cgroup.subtree_control", "+cpu");
  close_fd(&dir);
  errno = error;
  return result;
}

static int enable_parents(const char *path) {
  char parent[CGROUP_PATH_MAX], base[CGROUP_PATH_MAX];
  cgroup_parent(path, parent);
  cgroup_parent(parent, base);
  return enable(base) || cgroup_make_shared(path) || enable(parent) ? -1 : 0;
}

static void lane_path(const struct cgroup_tree *tree, uint32_t lane, char path[CGROUP_BOX_PATH_MAX]) {
  snprintf(path, CGROUP_BOX_PATH_MAX, "%s/%u", tree->path[0], lane);
}

/* Who has a group's `cgroup.procs` may move processes, if they are its own to open, between groups below it. */
static int make_lane(const struct cgroup_tree *tree, uint32_t lane, uid_t id) {
  char path[CGROUP_BOX_PATH_MAX];
  lane_path(tree, lane, path);
  if (mkdir(path, 0755) && errno != EEXIST) return -1;
  if (enable(path)) return -1;
  int dir = cgroup_open_dir(path);
  int result = dir < 0 || fchownat(dir, "cgroup.procs", id, (gid_t)-1, 0) ? -1 : 0;
  close_fd(&dir);
  return result;
}

static int tree_make(const struct cgroup_tree *tree, const struct cgroup_shares *shares) {
  if (enable_parents(tree->path[0]) || enable(tree->path[0])) return -1;
  int dir = cgroup_open_dir(tree->path[0]);
  int result = dir < 0 ? -1 : cgroup_write_number(dir, "memory.max", shares->memory_bytes);
  close_fd(&dir);
  for (uint32_t i = 0; i < shares->lanes && !result; i++) result = make_lane(tree, i, shares->first_id + shares->id_stride * i);
  return result;
}

/* Removes what is below, then the group itself. */
static int remove_all(const char *path) {
  DIR *dir = opendir(path);
  if (!dir) return errno == ENOENT ? 0 : -1;
  int result = 0;
  for (struct dirent *entry; (entry = readdir(dir));) {
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
    char child[CGROUP_PATH_MAX + 300];
    if (snprintf(child, sizeof child, "%s/%s", path, entry->d_name) >= (int)sizeof child || remove_all(child)) result = -1;
  }
  closedir(dir);
  return rmdir(path) && errno != ENOENT ? -1 : result;
}

/* Of a dead launcher. A box's pid 1 cannot go before its program has been reaped, which is our child now. */
static int tree_sweep(const struct cgroup_tree *tree) {
  const char *path = tree->path[0];
  int dir = cgroup_open_dir(path);
  if (dir < 0) return errno == ENOENT ? 0 : -1;
  int result = DEFENCE("cgroup_kill") ? cgroup_write(dir, "cgroup.kill", "1") : 0;
  close_fd(&dir);
  for (int64_t deadline = now_us() + SWEEP_DEADLINE_US; !result && (result = remove_all(path));) {
    if (now_us() > deadline) return -1;
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    usleep(500);
    result = 0;
  }
  char parent[CGROUP_PATH_MAX];
  cgroup_parent(path, parent);
  rmdir(parent);
  return result;
}

static int join_zygotes(const struct cgroup_tree *tree, uint32_t lane) {
  char path[CGROUP_BOX_PATH_MAX], zygotes[CGROUP_BOX_PATH_MAX + 16];
  lane_path(tree, lane, path);
  snprintf(zygotes, sizeof zygotes, "%s/zygotes", path);
  if (mkdir(zygotes, 0755) && errno != EEXIST) return -1;
  int dir = cgroup_open_dir(zygotes);
  int result = dir < 0 ? -1 : cgroup_write(dir, "cgroup.procs", "0");
  close_fd(&dir);
  return result;
}

/* ---- a box's group --------------------------------------------------------------------------------------------------- */

static void box_path(const struct cgroup_tree *tree, uint32_t number, char path[CGROUP_BOX_PATH_MAX]) {
  snprintf(path, CGROUP_BOX_PATH_MAX, "%s/%u/%u", tree->path[0], cgroup_lane(number), number);
}

static int make(const struct cgroup_tree *tree, uint32_t number) {
  char path[CGROUP_BOX_PATH_MAX];
  box_path(tree, number, path);
  return mkdir(path, 0755);
}

/* From Linux 6.12 on a peak can be set back, for whoever has it open. */
static int open_peak(int dir) {
  int fd = openat(dir, "memory.peak", O_RDWR | O_CLOEXEC);
  return fd >= 0 ? fd : openat(dir, "memory.peak", O_RDONLY | O_CLOEXEC);
}

static int open_group(const struct cgroup_tree *tree, uint32_t number, struct cgroup *group) {
  char path[CGROUP_BOX_PATH_MAX];
  box_path(tree, number, path);
  if ((group->dir[0] = cgroup_open_dir(path)) < 0) return -1;
  group->clock = openat(group->dir[0], "cpu.stat", O_RDONLY | O_CLOEXEC);
  group->oom = openat(group->dir[0], "memory.events", O_RDONLY | O_CLOEXEC);
  group->peak = open_peak(group->dir[0]);
  group->is_oom_polled = true;
  return group->clock < 0 || group->oom < 0 || group->peak < 0 ? -1 : 0;
}

static int bound(const struct cgroup *group, uint32_t processes) {
  /* No swap: what is over the limit is killed, not paged. One that is killed takes all of the box along. */
  if (DEFENCE("swap_max") && cgroup_write(group->dir[0], "memory.swap.max", "0") && errno != ENOENT) return -1;
  if (DEFENCE("oom_group") && cgroup_write(group->dir[0], "memory.oom.group", "1")) return -1;
  if (!DEFENCE("pids")) return 0;
  return cgroup_write_number(group->dir[0], "pids.max", processes + PROCESSES_OF_A_MAKING);
}

static int watch_oom(const struct cgroup *group, int event_fd) {
  (void)group, (void)event_fd; /* memory.events can be polled itself */
  return 0;
}

static uint64_t read_open_number(int fd) {
  char text[32];
  return cgroup_read_again(fd, text, sizeof text) > 0 ? strtoull(text, NULL, 10) : 0;
}

static int start(struct cgroup *group, const struct cgroup_limits *limits) {
  if (DEFENCE("memory") && cgroup_write_number(group->dir[0], "memory.max", limits->memory_bytes)) return -1;
  if (DEFENCE("pids") && cgroup_write_number(group->dir[0], "pids.max", limits->processes + PROCESSES_OF_A_RUN)) return -1;
  bool is_reset = RETRY(write(group->peak, "0", 1)) == 1;
  group->start_peak = is_reset ? 0 : read_open_number(group->peak);
  group->start_bytes = cgroup_read_number(group->dir[0], "memory.current");
  return 0;
}

static uint64_t cpu_ns(const struct cgroup *group) {
  char text[1024];
  if (cgroup_read_again(group->clock, text, sizeof text) <= 0) return 0;
  return cgroup_find_number(text, "usage_usec") * 1000;
}

/* The file tells of more than kills. Those have been counted when it does. */
static bool take_news(const struct cgroup *group, int event_fd) {
  (void)event_fd;
  return cgroup_oom_kills(group) > 0;
}

/* Counted in the group whose limit it was that could not be met. */
static bool was_full(const struct cgroup *group) {
  char text[256];
  return cgroup_read_again(group->oom, text, sizeof text) > 0 && cgroup_find_number(text, "oom") > 0;
}

/* Where the peak could not be set back at the start, and has not risen since, the run has stayed below what making its box took. It
 * then used what it had at its start or at its end, or a little more. */
static uint64_t memory_peak(const struct cgroup *group) {
  uint64_t peak = read_open_number(group->peak);
  if (peak <= group->start_peak) {
    peak = cgroup_read_number(group->dir[0], "memory.current");
    if (peak < group->start_bytes) peak = group->start_bytes;
  }
  char text[4096];
  if (cgroup_read(group->dir[0], "memory.stat", text, sizeof text) <= 0) return peak;
  uint64_t cache = cgroup_find_number(text, "file"), shared = cgroup_find_number(text, "shmem");
  uint64_t file_cache = cache > shared ? cache - shared : 0;
  return peak > file_cache ? peak - file_cache : 0;
}

static int remove_group(const struct cgroup_tree *tree, uint32_t number) {
  char path[CGROUP_BOX_PATH_MAX];
  box_path(tree, number, path);
  if (!rmdir(path) || errno == ENOENT) return 0;
  int dir = cgroup_open_dir(path);
  (void)!cgroup_write(dir, "cgroup.kill", "1");
  close_fd(&dir);
  return -1;
}

const struct cgroup_version cgroup_v2 = {.hierarchies = 1,
                                         .tree_make = tree_make,
                                         .tree_sweep = tree_sweep,
                                         .make = make,
                                         .open = open_group,
                                         .bound = bound,
                                         .watch_oom = watch_oom,
                                         .join_zygotes = join_zygotes,
                                         .start = start,
                                         .cpu_ns = cpu_ns,
                                         .take_news = take_news,
                                         .was_full = was_full,
                                         .memory_peak = memory_peak,
                                         .remove = remove_group};
