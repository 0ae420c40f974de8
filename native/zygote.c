#include "zygote.h"

#include <grp.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "gate.h"
#include "lane.h"
#include "maker.h"
#include "signals.h"
#include "system.h"

/* The policy as a file that nobody can change any more. */
static int open_policy(const struct plan_policy *policy) {
  int fd = memfd_create("policy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return -1;
  if (write(fd, policy, sizeof *policy) == sizeof *policy &&
      !fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
    return fd;
  close(fd);
  return -1;
}

/* Pipes like a program's, but nobody is at the other ends. */
static int open_pipes(void) {
  int input[2], output[2];
  if (pipe(input) || pipe(output)) return -1;
  return dup2(input[0], 0) < 0 || dup2(output[1], 1) < 0 || dup2(output[1], 2) < 0 ? -1 : 0;
}

/* What it is then: an ordinary user of the host without any right, who happens to own the user namespaces of its lane's boxes. */
static int give_up_power(uid_t id) {
  return setgroups(0, NULL) || setresgid(id, id, id) || setresuid(id, id, id) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int place_descriptors(int requests, int policy) {
  int high[] = {fcntl(requests, F_DUPFD_CLOEXEC, GATE_POLICY_FD + 1), fcntl(policy, F_DUPFD_CLOEXEC, GATE_POLICY_FD + 1)};
  if (high[0] < 0 || high[1] < 0 || dup2(high[0], GATE_REQUESTS_FD) < 0 || dup2(high[1], GATE_POLICY_FD) < 0) return -1;
  return sys_close_range(3, GATE_REQUESTS_FD - 1) || sys_close_range(GATE_POLICY_FD + 1, ~0u) ? -1 : 0;
}

/* A copy of the tree, whose root is the very top: from inside a box, which reaches neither, the paths of what the interpreter
 * has mapped are then those in the box. */
static int enter_root(const struct lane *lane) {
  if (setns(lane->mount_namespace, CLONE_NEWNS)) return -1;
  int root = (int)syscall(SYS_open_tree, AT_FDCWD, LANE_ROOT, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  return root < 0 || fchdir(root) || chroot(".") ? -1 : 0;
}

/* The size of thread stacks goes by what the limit is when a program begins. */
static int bound_stack(const struct plan_policy *policy) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit)) return -1;
  for (size_t i = 0; i < policy->rlimit_count; i++)
    if (policy->rlimits[i].resource == RLIMIT_STACK && policy->rlimits[i].value < limit.rlim_max)
      limit.rlim_max = policy->rlimits[i].value;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_STACK, &limit);
}

static _Noreturn void run(const struct plan *plan, const struct plan_zygote *kind, const struct lane *lane,
                          const struct cgroup_tree *groups, int requests) {
  signals_reset();
  offer_to_oom_killer();
  int policy = open_policy(&plan->policy);
  if (policy < 0 || cgroup_join_zygotes(groups) || enter_root(lane) || chdir(plan->work_directory) ||
      place_descriptors(requests, policy) || open_pipes() || sys_close_range(3, GATE_REQUESTS_FD - 1) ||
      bound_stack(&plan->policy) || give_up_power(lane->first_id))
    perror("launcher: a zygote cannot start");
  else
    execve(kind->executable, kind->arguments, kind->environment);
  _exit(1);
}

static int start(struct zygote *zygote, const struct plan *plan, const struct plan_zygote *kind, const struct lane *lane,
                 const struct cgroup_tree *groups) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) return -1;
  zygote->pid = fork();
  if (zygote->pid == 0) run(plan, kind, lane, groups, pair[1]);
  int error = errno;
  close(pair[1]);
  zygote->requests = pair[0];
  zygote->births = 0;
  if (zygote->pid > 0) return 0;
  zygote_close(zygote);
  errno = error;
  return -1;
}

int zygote_ready(struct zygote *zygote, const struct plan *plan, size_t kind, const struct lane *lane,
                 const struct cgroup_tree *groups) {
  if (zygote->births >= ZYGOTE_BIRTHS_MAX) zygote_close(zygote);
  if (!zygote->pid && start(zygote, plan, &plan->zygotes[kind], lane, groups)) return -1;
  zygote->births++;
  zygote->last_us = now_us();
  return 0;
}

void zygote_close(struct zygote *zygote) {
  if (zygote->pid) close_fd(&zygote->requests);
  *zygote = (struct zygote){.requests = -1};
}
