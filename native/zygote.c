#include "zygote.h"

#include <grp.h>
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
  if (fd < 0 || write(fd, policy, sizeof *policy) != sizeof *policy) return -1;
  if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) return -1;
  return dup2(fd, GATE_POLICY_FD) < 0 ? -1 : 0;
}

/* Pipes like a program's, but nobody is at the other ends. */
static int open_pipes(void) {
  int input[2], output[2];
  if (pipe(input) || pipe(output)) return -1;
  if (dup2(input[0], 0) < 0 || dup2(output[1], 1) < 0 || dup2(output[1], 2) < 0) return -1;
  return sys_close_range(3, GATE_REQUESTS_FD - 1);
}

/* What it is then: an ordinary user of the host without any right, who happens to own the user namespaces of its lane's boxes. */
static int give_up_power(uid_t id) {
  return setgroups(0, NULL) || setresgid(id, id, id) || setresuid(id, id, id) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* While it starts; both close on exec. */
enum { LANE_FD = GATE_POLICY_FD + 1, COMPLAINTS_FD };

/* Before anything that takes its time: the launcher's descriptors reach boxes, whose life lines and standard inputs would not end
 * as long as they are open here. */
static int keep_own_descriptors(int requests, int mount_namespace) {
  const int sources[] = {requests, mount_namespace, 2}, targets[] = {GATE_REQUESTS_FD, LANE_FD, COMPLAINTS_FD};
  int high[COUNT_OF(sources)];
  for (size_t i = 0; i < COUNT_OF(sources); i++)
    if ((high[i] = fcntl(sources[i], F_DUPFD_CLOEXEC, COMPLAINTS_FD + 1)) < 0) return -1;
  for (size_t i = 0; i < COUNT_OF(sources); i++)
    if (dup3(high[i], targets[i], targets[i] == GATE_REQUESTS_FD ? 0 : O_CLOEXEC) < 0) return -1;
  return sys_close_range(3, GATE_REQUESTS_FD - 1) || sys_close_range(GATE_POLICY_FD, GATE_POLICY_FD) ||
                 sys_close_range(COMPLAINTS_FD + 1, ~0u)
             ? -1
             : 0;
}

/* Its top is the root: from inside a box, which does not reach it, the paths of what the interpreter has mapped are then those in
 * the box. */
static int enter_root(void) { return setns(LANE_FD, CLONE_NEWNS); }

/* An interpreter may remember where it has booted: nothing of the host's. */
static int take_hostname(const char *name) { return unshare(CLONE_NEWUTS) || sethostname(name, strlen(name)) ? -1 : 0; }

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
  if (keep_own_descriptors(requests, lane->mount_namespace)) _exit(1);
  signals_reset();
  offer_to_oom_killer();
  if (!cgroup_join_zygotes(groups, lane->index) && !open_policy(&plan->policy) && !take_hostname(plan->hostname) && !enter_root() &&
      !chdir(plan->work_directory) && !open_pipes() && !bound_stack(&plan->policy) && !give_up_power(lane->first_id))
    execve(kind->executable, kind->arguments, kind->environment);
  dprintf(COMPLAINTS_FD, "launcher: the zygote %s cannot start: %s\n", kind->executable, strerror(errno));
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

void zygote_end(struct zygote *zygote) {
  if (zygote->pid) kill(zygote->pid, SIGKILL);
  zygote_close(zygote);
}

void zygote_close(struct zygote *zygote) {
  if (zygote->pid) close_fd(&zygote->requests);
  *zygote = (struct zygote){.requests = -1};
}
