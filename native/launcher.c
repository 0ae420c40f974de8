/*
 * Theory of operation. One thread, one epoll loop. While boxes live nothing waits outside it: what may wait (joining and removing
 * control groups) happens in short-lived children. Only the lanes' roots, before the first box, are waited for. All state is in `struct launcher`. Every box has a lane; what a
 * box does is in box.c. The worker's bytes are looked at here: whole frames only, and a frame that our worker would not
 * send ends the connection and every box of it.
 *
 * Privileges: the capabilities listed in `drop_privileges`, in the host's user namespace; a mount namespace of our own; no
 * open path into a box but pipes and the directory descriptors of kept boxes.
 */
#include "launcher.h"

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
#include <sys/socket.h>
#include <sys/wait.h>

#include "box.h"
#include "signals.h"
#include "system.h"

enum {
  INBOX_SIZE = FRAME_PAYLOAD_MAX + FRAME_HEADER + (64 << 10),
  EVENTS = 64,
  DESCRIPTORS_PER_LANE = 24,
  OWN_DESCRIPTORS = 128 /* those of a listing and of a box that is being made among them */
};

/* Epoll tokens. A box's token is its lane's index, shifted by 8, and its source, which is far below these. */
enum own_source { OWN_LISTENER = 240, OWN_CONNECTION, OWN_SIGNALS, OWN_LIFE_LINE, OWN_REMOVER };

struct launcher {
  const struct launcher_options *options;
  int epoll, signals, connection;
  bool is_ending, has_hello, has_plan, is_writing_watched;
  uint8_t *inbox;
  size_t inbox_size;
  struct outbox outbox;
  struct plan plan;
  struct boxes boxes;
};

/* ---- the connection ---------------------------------------------------------------------------------------------- */

static bool has_boxes(const struct launcher *l) {
  for (uint32_t i = 0; i < l->plan.lanes; i++)
    if (l->boxes.list[i].state != BOX_EMPTY) return true;
  return false;
}

static void watch(struct launcher *l, int fd, enum own_source source, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = source};
  if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event)) epoll_ctl(l->epoll, EPOLL_CTL_MOD, fd, &event);
}

static void forget_plan(struct launcher *l) {
  for (uint32_t i = 0; i < l->plan.lanes; i++) lane_close(&l->boxes.list[i].lane);
  plan_free(&l->plan);
  l->plan.lanes = 0;
  l->has_plan = false;
}

/* Listens again once the last box of the connection before is gone. */
static void settle(struct launcher *l) {
  if (l->connection >= 0 || has_boxes(l)) return;
  if (l->has_plan) forget_plan(l);
  if (!l->is_ending) watch(l, l->options->listener, OWN_LISTENER, EPOLLIN);
}

static void disconnect(struct launcher *l) {
  if (l->connection < 0) return;
  close_fd(&l->connection);
  l->outbox.start = l->outbox.end = 0;
  for (uint32_t i = 0; i < l->plan.lanes; i++) box_kill(&l->boxes, &l->boxes.list[i]);
  settle(l);
}

static void refuse(struct launcher *l, const char *reason) {
  fprintf(stderr, "launcher: closing the connection: %s\n", reason);
  outbox_add(&l->outbox, FATAL, 0, reason, strlen(reason));
  outbox_flush(&l->outbox, l->connection);
  disconnect(l);
}

static void accept_connection(struct launcher *l) {
  int fd = accept4(l->options->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  if (l->is_ending) {
    close(fd);
    return;
  }
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) || peer.uid != l->options->worker_uid) {
    close(fd);
    return;
  }
  epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->options->listener, NULL);
  l->connection = fd;
  l->has_hello = l->is_writing_watched = false;
  l->inbox_size = 0;
  l->outbox.start = l->outbox.end = 0;
  l->outbox.is_overrun = false;
  watch(l, fd, OWN_CONNECTION, EPOLLIN);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static const char *hello(struct launcher *l, const uint8_t *payload, size_t size) {
  struct cursor c = {payload, payload + size};
  uint32_t version;
  if (!take_u32(&c, &version) || cursor_left(&c)) return "HELLO: bad payload";
  if (version != PROTOCOL_VERSION) return "HELLO: another version of the protocol";
  l->has_hello = true;
  return NULL;
}

/* A reason with errno. */
static const char *refusal(const char *what) {
  static char reason[512];
  snprintf(reason, sizeof reason, "%s: %s", what, strerror(errno));
  return reason;
}

static struct cgroup_shares shares_of(const struct launcher *l) {
  return (struct cgroup_shares){.memory_bytes = l->plan.memory_bytes,
                                .lanes = l->plan.lanes,
                                .first_id = l->options->first_id,
                                .id_stride = l->options->has_one_id ? 0 : 2};
}

static const char *make_lanes(struct launcher *l) {
  for (uint32_t i = 0; i < l->plan.lanes; i++) {
    struct box *box = &l->boxes.list[i];
    const char *failed;
    char what[256];
    box->index = i;
    const uid_t first_id = l->options->first_id + shares_of(l).id_stride * i;
    lane_init(&box->lane, i, first_id, first_id + !l->options->has_one_id);
    if (!lane_make(&box->lane, &l->plan, l->options->scratch, &failed)) continue;
    int error = errno;
    snprintf(what, sizeof what, "DEFINE: cannot build the root: %s", failed);
    errno = error;
    return refusal(what);
  }
  return NULL;
}

/* Told here, where it is clear, and not by some step of some box. */
static const char *check_descriptors(const struct launcher *l) {
  static char reason[160];
  struct rlimit limit;
  const unsigned needed = OWN_DESCRIPTORS + (DESCRIPTORS_PER_LANE + (unsigned)l->plan.zygote_count) * l->plan.lanes;
  if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= needed) return NULL;
  snprintf(reason, sizeof reason, "DEFINE: %u lanes need %u open files, and the limit is %llu (ulimit -n)", l->plan.lanes, needed,
           (unsigned long long)limit.rlim_cur);
  return reason;
}

static const char *define(struct launcher *l, const uint8_t *payload, size_t size) {
  if (l->has_plan) return "DEFINE: a second time";
  l->has_plan = true;
  for (uint32_t i = 0; i < PLAN_LANES_MAX; i++) lane_init(&l->boxes.list[i].lane, i, 0, 0);
  const char *wrong = plan_parse(&l->plan, payload, size);
  if (!wrong) wrong = check_descriptors(l);
  if (!wrong) wrong = make_lanes(l);
  if (wrong) return wrong;
  const struct cgroup_shares shares = shares_of(l);
  if (cgroup_tree_make(&l->boxes.groups, &shares)) return refusal("DEFINE: cannot make the control groups");
  const uint32_t welcome[2] = {PROTOCOL_VERSION, l->plan.lanes};
  outbox_add(&l->outbox, WELCOME, 0, welcome, sizeof welcome);
  return NULL;
}

static struct box *find_box(struct launcher *l, uint32_t id) {
  for (uint32_t i = 0; i < l->plan.lanes; i++)
    if (l->boxes.list[i].state != BOX_EMPTY && l->boxes.list[i].id == id) return &l->boxes.list[i];
  return NULL;
}

static struct box *find_empty(struct launcher *l) {
  for (uint32_t i = 0; i < l->plan.lanes; i++)
    if (l->boxes.list[i].state == BOX_EMPTY) return &l->boxes.list[i];
  return NULL;
}

/* The lane whose zygote has waited longest; one without, as long as there are few of them. */
static struct box *find_empty_for(struct launcher *l, uint32_t zygote) {
  struct box *waiting = NULL, *without = NULL;
  int count = 0;
  for (uint32_t i = 0; i < l->plan.lanes; i++) {
    struct box *box = &l->boxes.list[i];
    const struct zygote *here = &box->lane.zygotes[zygote];
    count += here->pid != 0;
    if (box->state != BOX_EMPTY) continue;
    if (!here->pid) without = without ? without : box;
    else if (!waiting || here->last_us < waiting->lane.zygotes[zygote].last_us) waiting = box;
  }
  return waiting && (count >= ZYGOTES_MIN || !without) ? waiting : without;
}

static const char *prepare(struct launcher *l, const struct frame *frame, const uint8_t *payload) {
  if (frame->box == 0 || find_box(l, frame->box)) return "PREPARE: the number is taken";
  struct box_wish wish;
  if (!box_take_wish(&l->plan, payload, frame->length, &wish)) return "PREPARE: bad payload";
  struct box *box = wish.zygote ? find_empty_for(l, wish.zygote - 1) : find_empty(l);
  if (!box) return "PREPARE: every lane is taken";
  box_prepare(&l->boxes, box, frame->box, &wish);
  return NULL;
}

static const char *retire(struct launcher *l, const uint8_t *payload, size_t size) {
  struct cursor c = {payload, payload + size};
  uint32_t zygote;
  if (!take_u32(&c, &zygote) || cursor_left(&c) || zygote < 1 || zygote > l->plan.zygote_count) return "RETIRE: bad payload";
  for (uint32_t i = 0; i < l->plan.lanes; i++) zygote_end(&l->boxes.list[i].lane.zygotes[zygote - 1]);
  return NULL;
}

/* A request for a box that is gone crossed the event that says so. */
static const char *box_request(struct launcher *l, const struct frame *frame, const uint8_t *payload) {
  struct boxes *boxes = &l->boxes;
  struct box *box = find_box(l, frame->box);
  bool is_bare = frame->type == STDIN_END || frame->type == KILL || frame->type == LIST || frame->type == RELEASE;
  if (is_bare && frame->length) return "a request without payload has one";
  if (frame->type < LOAD || frame->type > RELEASE) return "unknown request";
  if (!box) return NULL;
  switch ((enum request)frame->type) {
    case LOAD: return box_load(boxes, box, payload, frame->length);
    case START: return box_start(boxes, box, payload, frame->length);
    case STDIN: return box_stdin(boxes, box, payload, frame->length);
    case STDIN_END: box_stdin_end(box); return NULL;
    case KILL: box_kill(boxes, box); return NULL;
    case LIST: return box_list(boxes, box);
    case READ: return box_read(boxes, box, payload, frame->length);
    default: return box_release(boxes, box);
  }
}

static const char *request(struct launcher *l, const struct frame *frame, const uint8_t *payload) {
  if (frame->type == HELLO && !l->has_hello) return hello(l, payload, frame->length);
  if (!l->has_hello) return "the first request must be HELLO";
  if (frame->type == DEFINE) return define(l, payload, frame->length);
  if (!l->has_plan) return "DEFINE must come before boxes";
  if (frame->type == PREPARE) return prepare(l, frame, payload);
  return frame->type == RETIRE ? retire(l, payload, frame->length) : box_request(l, frame, payload);
}

static void handle_inbox(struct launcher *l) {
  size_t done = 0;
  struct frame frame;
  enum frame_state state;
  while ((state = frame_parse(l->inbox + done, l->inbox_size - done, &frame)) == FRAME_WHOLE) {
    const char *wrong = request(l, &frame, l->inbox + done + FRAME_HEADER);
    done += FRAME_HEADER + frame.length;
    if (!wrong) continue;
    refuse(l, wrong);
    return;
  }
  if (state == FRAME_MALFORMED) {
    refuse(l, "malformed frame");
    return;
  }
  memmove(l->inbox, l->inbox + done, l->inbox_size - done);
  l->inbox_size -= done;
}

static void read_connection(struct launcher *l) {
  ssize_t got = RETRY(recv(l->connection, l->inbox + l->inbox_size, INBOX_SIZE - l->inbox_size, 0));
  if (got > 0) {
    l->inbox_size += (size_t)got;
    handle_inbox(l);
  } else if (got == 0 || errno != EAGAIN) {
    disconnect(l);
  }
}

/* Sends what there is, and lets those go on who had no room for it. Polls for more room exactly while something waits. */
static void write_connection(struct launcher *l) {
  for (bool is_more = true; is_more && l->connection >= 0;) {
    bool was_full = !outbox_has_room(&l->outbox);
    if (l->outbox.is_overrun) fprintf(stderr, "launcher: closing the connection: the worker does not read\n");
    if (l->outbox.is_overrun || !outbox_flush(&l->outbox, l->connection)) disconnect(l);
    is_more = was_full && outbox_has_room(&l->outbox);
    for (uint32_t i = 0; is_more && i < l->plan.lanes; i++) box_resume(&l->boxes, &l->boxes.list[i]);
  }
  if (l->connection < 0) return;
  bool is_waiting = !outbox_is_empty(&l->outbox);
  if (is_waiting != l->is_writing_watched) watch(l, l->connection, OWN_CONNECTION, EPOLLIN | (is_waiting ? EPOLLOUT : 0));
  l->is_writing_watched = is_waiting;
}

/* ---- children ---------------------------------------------------------------------------------------------------- */

static void read_remover(struct launcher *l) {
  struct remover_answer answer;
  while (remover_receive(&l->boxes.remover, &answer))
    for (uint32_t i = 0; i < l->plan.lanes; i++) {
      struct box *box = &l->boxes.list[i];
      if (box->state == BOX_REMOVING && box->number == answer.number) box_removed(&l->boxes, box, answer.is_removed);
    }
  settle(l);
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
  watch(l, l->boxes.remover.line, OWN_REMOVER, EPOLLIN);
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
    settle(l);
  }
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

static void dispatch(struct launcher *l, uint64_t token, uint32_t events) {
  switch (token) {
    case OWN_LISTENER: accept_connection(l); return;
    case OWN_SIGNALS: reap(l); return;
    case OWN_REMOVER: read_remover(l); return;
    case OWN_CONNECTION:
      if (l->connection >= 0 && (events & ~(uint32_t)EPOLLOUT)) read_connection(l);
      return;
    case OWN_LIFE_LINE:
      l->is_ending = true;
      epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->options->life_line, NULL);
      disconnect(l);
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
  while (!l->is_ending || l->connection >= 0 || has_boxes(l)) {
    write_connection(l); /* before the tick, which forks: an answer does not wait for that */
    int timeout = tick(l);
    if (l->boxes.lister) box_list_on(&l->boxes);
    if (!outbox_is_empty(&l->outbox)) write_connection(l);
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
  watch(l, l->signals, OWN_SIGNALS, EPOLLIN);
  watch(l, l->boxes.remover.line, OWN_REMOVER, EPOLLIN);
  watch(l, l->options->life_line, OWN_LIFE_LINE, EPOLLIN);
  watch(l, l->options->listener, OWN_LISTENER, EPOLLIN);
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
  if (l.has_plan) forget_plan(&l);
  remover_close(&l.boxes.remover);
  return cgroup_tree_sweep(&l.boxes.groups) ? 1 : 0;
}
