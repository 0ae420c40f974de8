/*
 * Theory of operation. One thread, one epoll loop. While boxes live nothing waits outside it: what may wait (joining and removing
 * control groups) happens in short-lived children. Only the lanes' roots, before the first box, are waited for. All state is in
 * `struct launcher`. Every box has a lane; what a box does is in box.c, what the worker says in launcher-connection.c.
 *
 * Privileges: the capabilities listed in `drop_privileges`, in the host's user namespace; a mount namespace of our own; no
 * open path into a box but pipes and the directory descriptors of kept boxes.
 */
#include "launcher-internal.h"

#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "signals.h"
#include "system.h"

enum { EVENTS = 64 };

bool launcher_has_boxes(const struct launcher *l) {
  for (uint32_t i = 0; i < l->plan.lanes; i++)
    if (l->boxes.list[i].state != BOX_EMPTY) return true;
  return false;
}

void launcher_watch(struct launcher *l, int fd, enum own_source source, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = source};
  if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event)) epoll_ctl(l->epoll, EPOLL_CTL_MOD, fd, &event);
}

/* ---- children ---------------------------------------------------------------------------------------------------- */

static void read_remover(struct launcher *l) {
  struct remover_answer answer;
  while (remover_receive(&l->boxes.remover, &answer))
    for (uint32_t i = 0; i < l->plan.lanes; i++) {
      struct box *box = &l->boxes.list[i];
      if (box->state == BOX_REMOVING && box->number == answer.number) box_removed(&l->boxes, box, answer.is_removed);
    }
  launcher_settle(l);
}

/* Whoever killed it: another takes its place. Where none can be had the launcher ends, and the supervisor clears up. */
static void replace_remover(struct launcher *l) {
  read_remover(l);
  epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->boxes.remover.line, NULL);
  remover_close(&l->boxes.remover);
  if (remover_start(&l->boxes.remover, &l->boxes.groups)) {
    perror("launcher: cannot start a remover");
    exit(1);
  }
  launcher_watch(l, l->boxes.remover.line, OWN_REMOVER, EPOLLIN);
  for (uint32_t i = 0; i < l->plan.lanes; i++)
    if (l->boxes.list[i].state == BOX_REMOVING) box_removed(&l->boxes, &l->boxes.list[i], false);
}

static void reap(struct launcher *l) {
  int status;
  struct rusage usage;
  signals_drain(l->signals);
  for (pid_t pid; (pid = wait4(-1, &status, WNOHANG, &usage)) > 0;) {
    if (pid == l->boxes.remover.pid) replace_remover(l);
    for (uint32_t i = 0; i < l->plan.lanes; i++) {
      lane_reaped(&l->boxes.list[i].lane, pid);
      if (box_reaped(&l->boxes, &l->boxes.list[i], pid, status, &usage)) break;
    }
  }
  if (l->connection < 0) {
    /* A maker may have come through after its connection had gone. */
    for (uint32_t i = 0; i < l->plan.lanes; i++) box_kill(&l->boxes, &l->boxes.list[i]);
    launcher_settle(l);
  }
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

static void dispatch(struct launcher *l, uint64_t token, uint32_t events) {
  switch (token) {
    case OWN_LISTENER: launcher_accept(l); return;
    case OWN_SIGNALS: reap(l); return;
    case OWN_REMOVER: read_remover(l); return;
    case OWN_CONNECTION:
      if (l->connection >= 0 && (events & ~(uint32_t)EPOLLOUT)) launcher_receive(l);
      return;
    case OWN_LIFE_LINE:
      l->is_ending = true;
      epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->options->life_line, NULL);
      launcher_disconnect(l);
      return;
    default: box_ready(&l->boxes, &l->boxes.list[token >> 8], (enum box_source)(token & 0xff)); return;
  }
}

static int tick(struct launcher *l) {
  int64_t now = now_us(), next = INT64_MAX;
  for (uint32_t i = 0; i < l->plan.lanes; i++) {
    int64_t due = box_tick(&l->boxes, &l->boxes.list[i], now);
    if (due < next) next = due;
  }
  if (next == INT64_MAX) return -1;
  int64_t wait_ms = (next - now + 999) / 1000;
  return wait_ms < 0 ? 0 : wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
}

static void loop(struct launcher *l) {
  struct epoll_event events[EVENTS];
  while (!l->is_ending || l->connection >= 0 || launcher_has_boxes(l)) {
    launcher_send(l); /* before the tick, which forks: an answer does not wait for that */
    int timeout = tick(l);
    if (l->boxes.lister) box_list_on(&l->boxes);
    if (!outbox_is_empty(&l->outbox)) launcher_send(l);
    if (l->boxes.lister) timeout = 0;
    int count = epoll_wait(l->epoll, events, EVENTS, timeout);
    for (int i = 0; i < count; i++) dispatch(l, events[i].data.u64, events[i].events);
  }
}

/* ---- start ------------------------------------------------------------------------------------------------------- */

/* Memory that carries tenants' bytes: children of the launcher do not get a copy. */
static uint8_t *private_buffer(size_t size) {
  uint8_t *buffer = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (buffer == MAP_FAILED || madvise(buffer, size, MADV_DONTFORK)) return NULL;
  return buffer;
}

static bool allocate(struct launcher *l) {
  l->inbox = private_buffer(INBOX_SIZE);
  l->outbox.buffer = private_buffer(OUTBOX_SIZE);
  uint8_t *feeds = private_buffer((size_t)PLAN_LANES_MAX * 2 * CHANNEL_CREDIT);
  if (!l->inbox || !l->outbox.buffer || !feeds) return false;
  for (size_t i = 0; i < PLAN_LANES_MAX; i++) {
    l->boxes.list[i].script.buffer = feeds + i * 2 * CHANNEL_CREDIT;
    l->boxes.list[i].input.buffer = feeds + (i * 2 + 1) * CHANNEL_CREDIT;
  }
  return true;
}

static bool drop_privileges(const struct launcher_options *options) {
  static const int KEPT[] = {
      CAP_SYS_ADMIN,              /* namespaces, mounts */
      CAP_SYS_CHROOT, CAP_MKNOD,  /* building lanes and entering their namespace */
      CAP_SETUID,    CAP_SETGID,  /* id maps */
      CAP_SETPCAP,                /* dropping bounding sets */
      CAP_CHOWN,     CAP_FOWNER,  /* pipes of the program's user */
      CAP_KILL,                   /* members of a group that will not go */
      CAP_DAC_OVERRIDE,           /* control groups; kept files without any permission */
      CAP_SYS_PTRACE,             /* opening the namespaces of a lane's builder */
  };
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[2] = {0};
  uint64_t mask = 0;
  for (size_t i = 0; i < COUNT_OF(KEPT); i++) mask |= 1ull << KEPT[i];
  if (options->has_one_id) mask |= 1ull << CAP_SETFCAP; /* the kernel's condition for mapping our own root into a box */
  for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
    if (!(mask >> cap & 1) && prctl(PR_CAPBSET_DROP, cap)) return false;
  for (int i = 0; i < 2; i++) sets[i].effective = sets[i].permitted = (uint32_t)(mask >> (32 * i));
  return !syscall(SYS_capset, &header, sets);
}

static const char *start(struct launcher *l) {
  const char *missing;
  if (l->options->is_reduced) cgroup_do_without(&l->boxes.groups);
  else if (!cgroup_find(&l->boxes.groups, l->options->instance, &missing)) return missing;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1)) return "child subreaper";
  if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL)) return "mount namespace";
  if (!drop_privileges(l->options)) return "capabilities";
  if (!allocate(l)) return "memory";
  l->epoll = l->boxes.epoll = epoll_create1(EPOLL_CLOEXEC);
  l->signals = signals_open();
  if (l->epoll < 0 || l->signals < 0) return "descriptors";
  if (remover_start(&l->boxes.remover, &l->boxes.groups)) return "remover";
  l->boxes.plan = &l->plan;
  l->boxes.outbox = &l->outbox;
  l->boxes.next_count = (uint32_t)now_us(); /* children of a dead launcher may still be removing what it had numbered */
  l->boxes.processors = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
  launcher_watch(l, l->signals, OWN_SIGNALS, EPOLLIN);
  launcher_watch(l, l->boxes.remover.line, OWN_REMOVER, EPOLLIN);
  launcher_watch(l, l->options->life_line, OWN_LIFE_LINE, EPOLLIN);
  launcher_watch(l, l->options->listener, OWN_LISTENER, EPOLLIN);
  return NULL;
}

int launcher_run(const struct launcher_options *options) {
  static struct launcher l;
  l.options = options;
  l.connection = -1;
  const char *failed = start(&l);
  if (failed) {
    fprintf(stderr, "launcher: cannot start: %s: %s\n", failed, strerror(errno));
    return 1;
  }
  loop(&l);
  if (l.has_plan) launcher_forget_plan(&l);
  remover_close(&l.boxes.remover);
  return cgroup_tree_sweep(&l.boxes.groups) ? 1 : 0;
}
