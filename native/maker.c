/*
 * Four processes take part in a box:
 *
 *   launcher ── maker (exits) ──┬─ pid 1 of the box     in all namespaces and groups; builds the root, seals itself, waits
 *                               └─ the parked process   in the same, made afterwards; seals itself, waits for its script
 *
 * The maker is a child of the launcher with all its privileges. It enters the groups first, so that everything it gives
 * birth to is born inside. It clones pid 1 into new namespaces, maps two ids, waits until pid 1 has built the root, enters
 * the namespaces with one setns (user namespace and the others together: one after the other is refused) and forks the
 * program's process. When it exits the launcher, a child subreaper, becomes the parent of both: the program's exit status
 * comes to the launcher from the kernel and from nowhere else.
 */
#include "maker.h"

#include <linux/securebits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "gate.h"
#include "script.h"
#include "seal.h"
#include "signals.h"
#include "status.h"
#include "system.h"

/* Ids inside a box. */
enum { ID_ROOT = 0, ID_PROGRAM = 1000 };

static bool has_network(const struct maker *m) { return m->lane->network.namespace >= 0; }
static bool makes_network(const struct maker *m) { return DEFENCE("network_namespace") && !has_network(m); }

static uint64_t all_namespaces(void) {
  uint64_t flags = 0;
  if (DEFENCE("user_namespace")) flags |= CLONE_NEWUSER;
  if (DEFENCE("mount_namespace")) flags |= CLONE_NEWNS;
  if (DEFENCE("pid_namespace")) flags |= CLONE_NEWPID;
  if (DEFENCE("network_namespace")) flags |= CLONE_NEWNET;
  if (DEFENCE("ipc_namespace")) flags |= CLONE_NEWIPC;
  if (DEFENCE("uts_namespace")) flags |= CLONE_NEWUTS;
  if (DEFENCE("cgroup_namespace")) flags |= CLONE_NEWCGROUP;
  return flags;
}

/* Those that are made, and then entered: not the network's when the lane has one, where the maker already is. */
static uint64_t namespace_flags(const struct maker *m) {
  return makes_network(m) ? all_namespaces() : all_namespaces() & ~(uint64_t)CLONE_NEWNET;
}

static int compare_fds(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* The launcher's descriptors reach other boxes: above all the write ends of their life lines. None may stay open here. */
static void close_all_but(int *fds, size_t count) {
  qsort(fds, count, sizeof *fds, compare_fds);
  unsigned next = 3;
  for (size_t i = 0; i < count; i++) {
    if (fds[i] < 0 || (unsigned)fds[i] < next) continue;
    if ((unsigned)fds[i] > next) sys_close_range(next, (unsigned)fds[i] - 1);
    next = (unsigned)fds[i] + 1;
  }
  sys_close_range(next, ~0u);
}

static void keep_own_descriptors(const struct maker *m) {
  int fds[] = {m->ends.stdin_read, m->ends.stdout_write, m->ends.stderr_write, m->ends.script_read,
               m->ends.life_read,  m->ends.status,       m->ends.oom_event,    m->lane->mount_namespace,
               m->lane->network.namespace, m->zygote ? m->zygote->requests : -1};
  close_all_but(fds, COUNT_OF(fds));
}

static void enter_groups(const struct maker *m, struct cgroup *group) {
  if (cgroup_make(m->groups, m->number) || cgroup_open(m->groups, m->number, group))
    status_fail(m->ends.status, STAGE_CGROUP_MAKE, 0);
  if (cgroup_bound(group, m->processes)) status_fail(m->ends.status, STAGE_CGROUP_LIMIT, 0);
  if (cgroup_watch_oom(group, m->ends.oom_event)) status_fail(m->ends.status, STAGE_CGROUP_WATCH, 0);
  if (cgroup_join(group)) status_fail(m->ends.status, STAGE_CGROUP_JOIN, 0);
}

/* `proc` is the host's, opened while it could be seen: in a lane's namespace there is none. */
static int write_proc(int proc, pid_t pid, const char *name, const char *value) {
  char path[64];
  snprintf(path, sizeof path, "%d/%s", pid, name);
  int fd = openat(proc, path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t written = write(fd, value, strlen(value));
  close(fd);
  return written < 0 ? -1 : 0;
}

/* Two host ids of this lane alone; root of the host has no name in there. */
static int map_ids(const struct maker *m, int proc, pid_t init) {
  char map[64];
  if (lane_has_one_id(m->lane)) snprintf(map, sizeof map, "%d %u 1\n", ID_PROGRAM, m->lane->program_id);
  else snprintf(map, sizeof map, "%d %u 1\n%d %u 1\n", ID_ROOT, m->lane->first_id, ID_PROGRAM, m->lane->program_id);
  return write_proc(proc, init, "uid_map", map) || write_proc(proc, init, "gid_map", map) ? -1 : 0;
}

void offer_to_oom_killer(void) {
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)!write(fd, "500", 3);
  close(fd);
}

/* What pid 1 tells the maker: that it is ready (STAGE_NONE), or what failed. */
struct init_report {
  uint32_t stage;
  int32_t error;
  uint32_t index;
};

static _Noreturn void init_fail(int maker_line, enum stage stage, unsigned index) {
  const struct init_report report = {.stage = stage, .error = errno, .index = index};
  RETRY(write(maker_line, &report, sizeof report));
  _exit(1);
}

/* A copy of the launcher becomes the box's pid 1: it builds the root, gives up everything, and lives until its life line
 * ends. Ignoring SIGCHLD lets the kernel reap the orphans that it inherits. */
static _Noreturn void run_init(const struct maker *m, int maker_line) {
  const uid_t id = lane_has_one_id(m->lane) ? ID_PROGRAM : ID_ROOT;
  unsigned index = 0;
  char byte;
  if (RETRY(read(maker_line, &byte, 1)) != 1) _exit(1); /* ids are mapped, or the maker is gone */
  if (setresgid(id, id, id) || setresuid(id, id, id)) init_fail(maker_line, STAGE_BECOME_ROOT, 0);
  enum stage failed = root_make(m->plan, &m->sizes, id, &index);
  if (failed == STAGE_NONE && makes_network(m) && network_raise()) failed = STAGE_LOOPBACK;
  if (failed != STAGE_NONE) init_fail(maker_line, failed, index);
  signal(SIGCHLD, SIG_IGN);
  if (dup2(m->ends.life_read, 0) < 0 || dup2(maker_line, 1) < 0) init_fail(maker_line, STAGE_SEAL_DESCRIPTORS, 0);
  const struct seal all = {
      .policy = &m->plan->policy, .uid = id, .keep = 2, .is_still = true, .is_open = !lane_has_one_id(m->lane)};
  failed = seal(&all, &index);
  if (failed != STAGE_NONE) init_fail(1, failed, index);
  const struct init_report ready = {.stage = STAGE_NONE};
  RETRY(write(1, &ready, sizeof ready));
  RETRY(read(0, &byte, 1));
  for (;;) syscall(SYS_exit, 0); /* exit_group is not among the calls that are left */
}

static _Noreturn void run_parked(const struct maker *m) {
  unsigned index = 0;
  const struct {
    int source, target, flags;
  } ends[] = {{m->ends.stdin_read, 0, 0},
              {m->ends.stdout_write, 1, 0},
              {m->ends.stderr_write, 2, 0},
              {m->ends.script_read, SCRIPT_FD, O_CLOEXEC},
              {m->ends.status, SCRIPT_STATUS_FD, O_CLOEXEC}};
  /* Two steps, since a source may be the target of another: first all above the targets, then down onto them. */
  int high[COUNT_OF(ends)];
  for (size_t i = 0; i < COUNT_OF(ends); i++)
    if ((high[i] = fcntl(ends[i].source, F_DUPFD_CLOEXEC, SCRIPT_STATUS_FD + 1)) < 0)
      status_fail(m->ends.status, STAGE_SEAL_DESCRIPTORS, 0);
  for (size_t i = 0; i < COUNT_OF(ends); i++)
    if (dup3(high[i], ends[i].target, DEFENCE("close_on_exec") ? ends[i].flags : 0) < 0)
      status_fail(high[4], STAGE_SEAL_DESCRIPTORS, 0);
  struct seal all = {.policy = &m->plan->policy, .uid = ID_PROGRAM, .keep = 3, .has_script = true};
  enum stage failed = seal(&all, &index);
  if (failed != STAGE_NONE) status_fail(SCRIPT_STATUS_FD, failed, index);
  script_park(m->plan->work_directory);
  script_run();
  errno = EBADMSG;
  status_fail(SCRIPT_STATUS_FD, STAGE_SCRIPT, 0); /* GO, without a gate */
}

/* What the kernel counts for a user (inotify instances, message queues, pending signals) it also counts for whoever made the
 * user namespace that the user is in, all users in there together. If that were the host's root, the boxes would share its
 * few; so the lane's own id makes it. Our capabilities stay: they go with the ids only while the fix-up is on. */
static pid_t clone_init(const struct maker *m, int *pidfd) {
  const uid_t root = geteuid(), owner = DEFENCE("namespace_owner") ? m->lane->first_id : root;
  if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) || seteuid(owner)) return -1;
  pid_t init = sys_clone_pidfd(namespace_flags(m), pidfd);
  if (init != 0 && seteuid(root)) return -1;
  return init;
}

static pid_t make_init(const struct maker *m, int proc, int *pidfd) {
  int line[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line)) status_fail(m->ends.status, STAGE_DESCRIPTORS, 0);
  /* After the line to pid 1, whose socket would be one of the network's. */
  if (has_network(m) && setns(m->lane->network.namespace, CLONE_NEWNET)) status_fail(m->ends.status, STAGE_LANE, 0);
  pid_t init = clone_init(m, pidfd);
  if (init < 0) status_fail(m->ends.status, STAGE_NAMESPACES, 0);
  if (init == 0) {
    close(line[0]);
    run_init(m, line[1]);
  }
  close(line[1]);
  const char mapped = 0;
  struct init_report report;
  if (map_ids(m, proc, init)) status_fail(m->ends.status, STAGE_ID_MAP, 0);
  if (send(line[0], &mapped, 1, MSG_NOSIGNAL) != 1 || RETRY(read(line[0], &report, sizeof report)) != sizeof report) {
    errno = ECHILD;
    status_fail(m->ends.status, STAGE_NAMESPACES, 0);
  }
  errno = report.error;
  if (report.stage != STAGE_NONE) status_fail(m->ends.status, (enum stage)report.stage, report.index);
  close(line[0]);
  return init;
}

static int open_work_directory(const struct maker *m, int proc, pid_t init) {
  char path[320];
  snprintf(path, sizeof path, "%d/root%s", init, m->plan->work_directory);
  int directory = openat(proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) status_fail(m->ends.status, STAGE_WORK_DIRECTORY, 0);
  return directory;
}

/* In all namespaces of the box: its child is born into them. */
static void fork_parked(const struct maker *m, int pidfd) {
  if (setns(pidfd, (int)namespace_flags(m))) status_fail(m->ends.status, STAGE_ENTER, 0);
  pid_t parked = fork();
  if (parked < 0) status_fail(m->ends.status, STAGE_FORK, 0);
  if (parked == 0) run_parked(m);
}

static void ask_zygote(const struct maker *m, const struct cgroup *group, int pidfd) {
  int fds[GATE_GROUPS + CGROUP_HIERARCHIES_MAX] = {
      [GATE_INIT] = pidfd,        [GATE_STDIN] = m->ends.stdin_read,    [GATE_STDOUT] = m->ends.stdout_write,
      [GATE_STDERR] = m->ends.stderr_write, [GATE_SCRIPT] = m->ends.script_read, [GATE_STATUS] = m->ends.status};
  const int groups = cgroup_open_members(group, m->lane->first_id, fds + GATE_GROUPS);
  if (groups < 0) status_fail(m->ends.status, STAGE_CGROUP_JOIN, 0);
  struct gate_request request = {.namespaces = all_namespaces(), .groups = (uint64_t)groups};
  const size_t size = (size_t)(GATE_GROUPS + groups) * sizeof *fds;
  union {
    char bytes[CMSG_SPACE(sizeof fds)];
    struct cmsghdr align;
  } control = {0};
  struct iovec part = {.iov_base = &request, .iov_len = sizeof request};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = CMSG_SPACE(size)};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(header), fds, size);
  if (RETRY(sendmsg(m->zygote->requests, &message, MSG_NOSIGNAL)) < 0) status_fail(m->ends.status, STAGE_ZYGOTE, 0);
}

_Noreturn void maker_run(const struct maker *m) {
  int pidfd = -1;
  struct cgroup group;
  keep_own_descriptors(m);
  signals_reset();
  signals_die_with(m->launcher); /* or it would make a box of which nobody knows; once in the groups it is swept with them */
  offer_to_oom_killer();
  enter_groups(m, &group);
  const int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (proc < 0 || setns(m->lane->mount_namespace, CLONE_NEWNS)) status_fail(m->ends.status, STAGE_LANE, 0);
  pid_t init = make_init(m, proc, &pidfd);
  int work_directory = open_work_directory(m, proc, init);
  if (m->zygote) ask_zygote(m, &group, pidfd);
  else fork_parked(m, pidfd);
  _exit(status_send_made(m->ends.status, init, work_directory) ? 1 : 0);
}
