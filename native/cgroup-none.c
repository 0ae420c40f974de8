/*
 * For a host on which boxes cannot have groups, and an operator who accepts less: a census of the box's processes, by the box's own
 * /proc, every few milliseconds. It sees what is there when it looks. So memory may pass its limit until the next look, pages that
 * several processes share count for each of them, and what is in no process, like a pipe's content, does not count; of processor
 * time that of main and of all who are alive, or were waited for, counts. How many processes there may be is the rlimit's business.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/vfs.h>

#include "cgroup-version.h"
#include "system.h"

struct census {
  uint64_t cpu_ns, bytes;
};

/* Of one process; one that has ended meanwhile counts nothing. */
static void count_cpu(int process, struct census *census) {
  char text[1024];
  unsigned long user = 0, system = 0;
  long children_user = 0, children_system = 0;
  if (cgroup_read(process, "stat", text, sizeof text) <= 0) return;
  const char *tail = strrchr(text, ')'); /* before it is a name, which may hold anything */
  if (!tail || sscanf(tail + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &user, &system, &children_user,
                      &children_system) != 4)
    return;
  const uint64_t tick_ns = 1000000000ull / (uint64_t)sysconf(_SC_CLK_TCK);
  census->cpu_ns += (user + system + (uint64_t)children_user + (uint64_t)children_system) * tick_ns;
}

/* "key:   number kB" */
static uint64_t find_kib(const char *text, const char *key) {
  const char *at = strstr(text, key);
  return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static void count_memory(int process, struct census *census) {
  char text[4096];
  if (cgroup_read(process, "status", text, sizeof text) <= 0) return;
  census->bytes += (find_kib(text, "\nRssAnon:") + find_kib(text, "\nRssShmem:")) * 1024;
}

static struct census take_census(const struct cgroup *group) {
  struct census census = {0};
  struct statfs store;
  int copy = openat(group->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = copy < 0 ? NULL : fdopendir(copy);
  if (!dir) close_fd(&copy);
  for (struct dirent *entry; dir && (entry = readdir(dir));) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || !strcmp(entry->d_name, "1")) continue;
    int process = openat(group->proc, entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    count_cpu(process, &census);
    count_memory(process, &census);
    close_fd(&process);
  }
  if (dir) closedir(dir);
  if (group->store >= 0 && !fstatfs(group->store, &store))
    census.bytes += (uint64_t)(store.f_blocks - store.f_bfree) * (uint64_t)store.f_bsize;
  return census;
}

/* What a process has used, to the nanosecond, by the clock that the kernel keeps of each; see clock_getcpuclockid(3). */
static uint64_t precise_cpu_ns(pid_t pid) {
  clockid_t clock;
  struct timespec used;
  if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &used)) return 0;
  return (uint64_t)used.tv_sec * 1000000000ull + (uint64_t)used.tv_nsec;
}

static int start(struct cgroup *group, const struct cgroup_limits *limits) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/root/proc", (int)limits->init);
  group->proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  group->store = limits->store;
  group->start_cpu_ns = precise_cpu_ns(limits->main);
  return group->proc < 0 ? -1 : 0;
}

static uint64_t cpu_ns(const struct cgroup *group) {
  uint64_t used = group->main_cpu_ns + take_census(group).cpu_ns;
  return used > group->start_cpu_ns ? used - group->start_cpu_ns : 0;
}

static uint64_t sample(struct cgroup *group) {
  uint64_t bytes = take_census(group).bytes;
  if (bytes > group->peak_bytes) group->peak_bytes = bytes;
  return bytes;
}

static void note_end(struct cgroup *group, const struct rusage *usage) {
  const struct timeval user = usage->ru_utime, system = usage->ru_stime;
  group->main_cpu_ns = (uint64_t)(user.tv_sec + system.tv_sec) * 1000000000ull + (uint64_t)(user.tv_usec + system.tv_usec) * 1000;
  uint64_t largest = (uint64_t)usage->ru_maxrss * 1024;
  if (largest > group->peak_bytes) group->peak_bytes = largest;
}

static uint64_t memory_peak(const struct cgroup *group) { return group->peak_bytes; }

/* ---- nothing is made, so nothing is to be entered, bounded or removed ------------------------------------------------- */

static int tree_make(const struct cgroup_tree *tree, const struct cgroup_shares *shares) {
  (void)tree, (void)shares;
  return 0;
}

static int tree_sweep(const struct cgroup_tree *tree) {
  (void)tree;
  return 0;
}

static int make(const struct cgroup_tree *tree, uint32_t number) {
  (void)tree, (void)number;
  return 0;
}

static int open_group(const struct cgroup_tree *tree, uint32_t number, struct cgroup *group) {
  (void)tree, (void)number, (void)group;
  return 0;
}

static int bound(const struct cgroup *group, uint32_t processes) {
  (void)group, (void)processes;
  return 0;
}

static int watch_oom(const struct cgroup *group, int event_fd) {
  (void)group, (void)event_fd;
  return 0;
}

static bool take_news(const struct cgroup *group, int event_fd) {
  (void)group, (void)event_fd;
  return false;
}

static bool was_full(const struct cgroup *group) {
  (void)group;
  return false;
}

const struct cgroup_version cgroup_none = {.hierarchies = 0,
                                           .tree_make = tree_make,
                                           .tree_sweep = tree_sweep,
                                           .make = make,
                                           .open = open_group,
                                           .bound = bound,
                                           .watch_oom = watch_oom,
                                           .join_zygotes = make,
                                           .start = start,
                                           .cpu_ns = cpu_ns,
                                           .take_news = take_news,
                                           .was_full = was_full,
                                           .memory_peak = memory_peak,
                                           .sample = sample,
                                           .note_end = note_end,
                                           .remove = make};
