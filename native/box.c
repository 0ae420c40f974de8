#include "box.h"

#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "files.h"
#include "maker.h"
#include "status.h"
#include "system.h"

enum {
  DRAIN_US = 100 * 1000,
  OOM_RECHECKS = 50, /* the event may come a moment before the counter moves */
  OOM_RECHECK_US = 1000,
  CPU_CHECK_MIN_US = 4 * 1000,
  LIST_BYTES_MAX = 256 << 10
};

static void tell(struct boxes *boxes, const struct box *box, enum event type, const void *payload, size_t size) {
  outbox_add(boxes->outbox, type, box->id, payload, size);
}

static void watch(struct boxes *boxes, const struct box *box, int fd, enum box_source source, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = ((uint64_t)box->index << 8) | source};
  epoll_ctl(boxes->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void unwatch(struct boxes *boxes, int fd) { epoll_ctl(boxes->epoll, EPOLL_CTL_DEL, fd, NULL); }

/* Closing alone is not enough: a child that was just forked still holds a copy, and its end would be told on and on. */
static void close_watched(struct boxes *boxes, int *fd) {
  if (*fd >= 0) unwatch(boxes, *fd);
  close_fd(fd);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

static int set_nonblocking(int fd) { return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

/* A pipe of which the box gets one end; it belongs to the program's user, so that /dev/stdin and the like can be opened. */
static int program_pipe(const struct box *box, int *ours, int *theirs, bool is_ours_the_read_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) return -1;
  *ours = ends[is_ours_the_read_end ? 0 : 1];
  *theirs = ends[is_ours_the_read_end ? 1 : 0];
  uid_t id = box->lane.first_id + 1;
  return set_nonblocking(*ours) || fchown(*theirs, id, id) ? -1 : 0;
}

static int open_descriptors(struct box *box, struct maker_ends *ends) {
  int script = -1, input = -1, pair[2];
  int result = program_pipe(box, &input, &ends->stdin_read, false);
  if (!result) result = program_pipe(box, &script, &ends->script_read, false);
  feed_open(&box->input, input);
  feed_open(&box->script, script);
  if (result || program_pipe(box, &box->output[0], &ends->stdout_write, true) ||
      program_pipe(box, &box->output[1], &ends->stderr_write, true))
    return -1;
  if (pipe2(pair, O_CLOEXEC)) return -1;
  ends->life_read = pair[0];
  box->life_fd = pair[1];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) return -1;
  box->status_fd = pair[0];
  ends->status = pair[1];
  box->oom_fd = ends->oom_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return box->oom_fd < 0 ? -1 : 0;
}

static void close_ends(struct maker_ends *ends) {
  close_fd(&ends->stdin_read);
  close_fd(&ends->stdout_write);
  close_fd(&ends->stderr_write);
  close_fd(&ends->script_read);
  close_fd(&ends->life_read);
  close_fd(&ends->status);
}

static void reset(struct box *box, uint32_t id, uint32_t number) {
  box->id = id;
  box->number = number;
  box->group = (struct cgroup){.dir = {-1, -1, -1, -1}};
  box->maker = box->init = box->main = box->remover = 0;
  box->init_status = box->exit_status = 0;
  box->status_fd = box->life_fd = box->oom_fd = box->work_directory = box->output[0] = box->output[1] = box->read_fd = -1;
  box->is_parked = box->is_muted = false;
  box->limits = (struct run_limits){0};
  box->cause = CAUSE_NONE;
  box->truncated = 0;
  box->oom_kills = 0;
  box->oom_checks_left = 0;
}

static void clear(struct boxes *boxes, struct box *box);

static void fail(struct boxes *boxes, struct box *box, enum stage stage, int error, uint32_t index) {
  struct {
    uint32_t stage;
    int32_t error;
    uint32_t index;
  } payload = {(uint32_t)stage, error, index};
  tell(boxes, box, FAILED, &payload, sizeof payload);
  clear(boxes, box);
}

const char *box_prepare(struct boxes *boxes, struct box *box, uint32_t id, const uint8_t *payload, size_t size) {
  struct cursor c = {payload, payload + size};
  struct maker maker = {.plan = boxes->plan, .lane = &box->lane, .groups = &boxes->groups, .number = boxes->next_number++};
  if (!take_u64(&c, &maker.sizes.disk_bytes) || !take_u32(&c, &maker.sizes.inodes) || !take_u32(&c, &maker.processes) ||
      cursor_left(&c) || !maker.sizes.disk_bytes || !maker.sizes.inodes || !maker.processes)
    return "PREPARE: bad payload";
  reset(box, id, maker.number);
  box->state = BOX_MAKING;
  maker.ends = (struct maker_ends){-1, -1, -1, -1, -1, -1, -1};
  if (open_descriptors(box, &maker.ends)) {
    int error = errno;
    close_ends(&maker.ends);
    fail(boxes, box, STAGE_DESCRIPTORS, error, 0);
    return NULL;
  }
  box->maker = fork();
  if (box->maker == 0) maker_run(&maker);
  int error = errno;
  close_ends(&maker.ends);
  if (box->maker < 0) {
    box->maker = 0;
    fail(boxes, box, STAGE_FORK, error, 0);
    return NULL;
  }
  watch(boxes, box, box->status_fd, BOX_STATUS, EPOLLIN);
  watch(boxes, box, box->output[0], BOX_STDOUT, EPOLLIN);
  watch(boxes, box, box->output[1], BOX_STDERR, EPOLLIN);
  watch(boxes, box, box->oom_fd, BOX_OOM, EPOLLIN);
  return NULL;
}

static void note_made(struct boxes *boxes, struct box *box, const struct status *status, int work_directory) {
  box->init = status->init;
  box->main = status->parked;
  box->work_directory = work_directory;
  if (box->state != BOX_MAKING) close_fd(&box->work_directory); /* being cleared */
  else if (cgroup_open(&boxes->groups, box->number, &box->group)) fail(boxes, box, STAGE_CGROUP_MAKE, errno, 0);
}

/* The maker's and the parked process's messages come in either order. */
static void note_prepared(struct boxes *boxes, struct box *box) {
  if (box->state != BOX_MAKING || !box->is_parked || !box->main) return;
  box->state = BOX_PREPARED;
  tell(boxes, box, PREPARED, NULL, 0);
}

static void read_status(struct boxes *boxes, struct box *box) {
  struct status status;
  int work_directory, got;
  while (box->status_fd >= 0 && (got = status_receive(box->status_fd, &status, &work_directory)) >= 0) {
    if (got == 0) {
      close_watched(boxes, &box->status_fd); /* executed, or dead */
    } else if (status.kind == STATUS_MADE) {
      note_made(boxes, box, &status, work_directory);
    } else if (status.kind == STATUS_PARKED) {
      box->is_parked = true;
    } else if (status.kind == STATUS_FAILED && box->state < BOX_DRAINING) {
      fail(boxes, box, (enum stage)status.stage, status.error, status.index);
    }
  }
  note_prepared(boxes, box);
}

/* ---- feeding ----------------------------------------------------------------------------------------------------- */

/* Credit is returned in large parts, since most runs never need it back; a load's whole credit comes back when all of it
 * has been written. */
static void return_credit(struct boxes *boxes, struct box *box, struct feed *feed, bool is_load) {
  if (feed->written < CHANNEL_CREDIT / 4 && !(is_load && feed->size == 0 && feed->written)) return;
  const uint32_t payload[2] = {is_load ? 0 : 1, feed->written};
  feed->written = 0;
  tell(boxes, box, CREDIT, payload, sizeof payload);
}

/* Polls a feed's pipe exactly while bytes wait for it. */
static bool push(struct boxes *boxes, struct box *box, enum box_source source, const uint8_t *bytes, size_t size) {
  struct feed *feed = source == BOX_SCRIPT ? &box->script : &box->input;
  bool was_waiting = feed->size > 0;
  if (!feed_push(feed, bytes, size)) return false;
  if (!was_waiting && feed->size) watch(boxes, box, feed->fd, source, EPOLLOUT);
  return true;
}

static void pump(struct boxes *boxes, struct box *box, enum box_source source) {
  struct feed *feed = source == BOX_SCRIPT ? &box->script : &box->input;
  int fd = feed->fd;
  if (fd < 0) return;
  feed_pump(feed);
  if (feed->size == 0 && feed->fd >= 0) unwatch(boxes, fd);
  if (source == BOX_STDIN || box->state == BOX_PREPARED) return_credit(boxes, box, feed, source == BOX_SCRIPT);
}

const char *box_load(struct boxes *boxes, struct box *box, const uint8_t *payload, size_t size) {
  if (box->state > BOX_PREPARED) return box->state == BOX_RUNNING ? "LOAD: the box is running" : NULL;
  if (box->state != BOX_PREPARED) return "LOAD: the box is not prepared";
  fcntl(box->script.fd, F_SETPIPE_SZ, CHANNEL_CREDIT); /* fewer turns for a large file; as good without */
  if (!push(boxes, box, BOX_SCRIPT, payload, size)) return "LOAD: beyond the credit";
  return_credit(boxes, box, &box->script, true);
  return NULL;
}

const char *box_stdin(struct boxes *boxes, struct box *box, const uint8_t *payload, size_t size) {
  if (box->state > BOX_RUNNING) return NULL;
  if (box->state == BOX_MAKING) return "STDIN: the box is not prepared";
  if (box->input.is_ending && box->input.fd >= 0) return "STDIN: after STDIN_END";
  if (!push(boxes, box, BOX_STDIN, payload, size)) return "STDIN: beyond the credit";
  return_credit(boxes, box, &box->input, false);
  return NULL;
}

void box_stdin_end(struct box *box) {
  if (box->state == BOX_PREPARED || box->state == BOX_RUNNING) feed_end(&box->input);
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

/* Ends every process of the box: pid 1 sees the end of its life line, and the kernel kills the rest with it. */
static void end_life(struct box *box) { close_fd(&box->life_fd); }

/* The first cause wins. */
static void stop(struct box *box, enum cause cause) {
  if (box->cause != CAUSE_NONE || box->state != BOX_RUNNING) return;
  box->cause = (uint8_t)cause;
  if (box->main) kill(box->main, SIGKILL);
  end_life(box);
}

static bool take_limits(struct cursor *c, struct run_limits *limits) {
  return take_u64(c, &limits->memory_bytes) && take_u64(c, &limits->cpu_us) && take_u64(c, &limits->wall_us) &&
         take_u64(c, &limits->output_bytes) && take_u32(c, &limits->processes) && take_u32(c, &limits->flags) &&
         limits->memory_bytes && limits->cpu_us && limits->wall_us && limits->processes && limits->cpu_us < INT64_MAX / 4096 &&
         limits->wall_us < INT64_MAX / 4096 && !(limits->flags & ~(uint32_t)RUN_KEEP);
}

const char *box_start(struct boxes *boxes, struct box *box, const uint8_t *payload, size_t size) {
  struct cursor c = {payload, payload + size};
  struct run_limits limits;
  if (!take_limits(&c, &limits)) return "START: bad limits";
  if (box->state > BOX_RUNNING) return NULL; /* it has failed; the event is on its way */
  if (box->state != BOX_PREPARED) return "START: the box is not prepared";
  const struct cgroup_limits group = {.memory_bytes = limits.memory_bytes, .processes = limits.processes};
  if (cgroup_start(&box->group, &group, &box->cpu_base_ns)) {
    fail(boxes, box, STAGE_LIMITS, errno, 0);
    return NULL;
  }
  /* That it was executed, or why not, is read when it has ended: nobody has to be woken for it. */
  unwatch(boxes, box->status_fd);
  box->limits = limits;
  box->output_left = DEFENCE("output") ? limits.output_bytes : UINT64_MAX / 2;
  box->state = BOX_RUNNING;
  box->started_us = now_us();
  box->wall_deadline_us = box->started_us + (int64_t)limits.wall_us;
  box->cpu_check_us = box->started_us + (int64_t)(limits.cpu_us / boxes->processors);
  return push(boxes, box, BOX_SCRIPT, c.at, cursor_left(&c)) ? NULL : "START: beyond the credit";
}

static uint64_t cpu_used_us(const struct box *box) { return (cgroup_cpu_ns(&box->group) - box->cpu_base_ns) / 1000; }

/* Memory first: a run that was killed for memory is never called anything else. */
static bool check_memory(struct box *box) {
  box->oom_kills = cgroup_oom_kills(&box->group);
  if (box->oom_kills) stop(box, CAUSE_MEMORY);
  return box->oom_kills > 0;
}

static void note_oom(struct box *box) {
  uint64_t count;
  if (RETRY(read(box->oom_fd, &count, sizeof count)) < 0 || box->state != BOX_RUNNING) return;
  if (check_memory(box)) return;
  box->oom_checks_left = OOM_RECHECKS;
  box->oom_check_us = now_us() + OOM_RECHECK_US;
}

static void close_output(struct boxes *boxes, struct box *box) {
  close_watched(boxes, &box->output[0]);
  close_watched(boxes, &box->output[1]);
}

static void mute(struct boxes *boxes, struct box *box) {
  for (int i = 0; i < 2; i++)
    if (box->output[i] >= 0) unwatch(boxes, box->output[i]);
  box->is_muted = true;
}

/* Passes on what stands in one output pipe. Reads one byte more than the limit allows, to know whether there is more. */
static void read_output(struct boxes *boxes, struct box *box, int stream) {
  for (int chunks = 0; box->output[stream] >= 0 && chunks < 4; chunks++) {
    if (!outbox_has_room(boxes->outbox)) {
      mute(boxes, box);
      return;
    }
    uint8_t *chunk = outbox_reserve(boxes->outbox);
    size_t want = box->output_left < OUTBOX_CHUNK ? (size_t)box->output_left + 1 : OUTBOX_CHUNK;
    ssize_t got = RETRY(read(box->output[stream], chunk, want));
    if (got < 0) return;
    if (got == 0) {
      close_watched(boxes, &box->output[stream]);
      return;
    }
    size_t allowed = (uint64_t)got > box->output_left ? (size_t)box->output_left : (size_t)got;
    if (allowed) outbox_commit(boxes->outbox, stream == 0 ? STDOUT : STDERR, box->id, allowed);
    box->output_left -= allowed;
    if ((size_t)got < want) return; /* that was all */
    if (allowed == (size_t)got) continue;
    box->truncated |= (uint8_t)(1 << stream);
    stop(box, CAUSE_OUTPUT);
    if (box->cause == CAUSE_NONE) box->cause = CAUSE_OUTPUT; /* main had ended; what it left in the pipe is too much */
    close_output(boxes, box);
  }
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static void settle_cause(struct box *box) {
  if (box->cause != CAUSE_NONE) return;
  if (box->oom_kills) box->cause = CAUSE_MEMORY;
  else if (box->cpu_us >= box->limits.cpu_us) box->cause = CAUSE_CPU;
  else if (box->wall_us >= box->limits.wall_us) box->cause = CAUSE_WALL;
}

/* By the kernel's own account, taken when main has ended. */
static void main_ended(struct box *box, int status) {
  box->exit_status = status;
  box->wall_us = (uint64_t)(now_us() - box->started_us);
  box->cpu_us = cpu_used_us(box);
  box->oom_kills = cgroup_oom_kills(&box->group);
  box->memory_bytes = cgroup_memory_peak(&box->group);
  if (box->memory_bytes > box->limits.memory_bytes) box->memory_bytes = box->limits.memory_bytes;
  settle_cause(box);
  end_life(box);
  feed_close(&box->input);
  feed_close(&box->script);
  box->state = BOX_DRAINING;
  box->drain_deadline_us = now_us() + DRAIN_US;
}

static bool is_dead(const struct box *box) { return !box->maker && !box->init && !box->main; }

/* Main was killed and nobody here did it: it was itself, a process of its own, or someone who killed the box's pid 1, which
 * pid 1's own end will tell. */
static bool is_unexplained(const struct box *box) {
  return box->cause == CAUSE_NONE && WIFSIGNALED(box->exit_status) && WTERMSIG(box->exit_status) == SIGKILL;
}

static void tell_exited(struct boxes *boxes, struct box *box) {
  struct {
    uint8_t cause, exit_kind, truncated, zero;
    int32_t exit_value;
    uint64_t cpu_us, wall_us, memory_bytes;
    uint32_t oom_kills, zeros;
  } report = {.cause = box->cause,
              .exit_kind = WIFSIGNALED(box->exit_status),
              .truncated = box->truncated,
              .exit_value = WIFSIGNALED(box->exit_status) ? WTERMSIG(box->exit_status) : WEXITSTATUS(box->exit_status),
              .cpu_us = box->cpu_us,
              .wall_us = box->wall_us,
              .memory_bytes = box->memory_bytes,
              .oom_kills = box->oom_kills};
  _Static_assert(sizeof report == 40, "as in PROTOCOL.md");
  tell(boxes, box, EXITED, &report, sizeof report);
}

/* EXITED goes out when all output was read, or its time is over. A box whose files will be looked at, or whose end is not
 * explained yet, waits until every process is dead. */
static void finish(struct boxes *boxes, struct box *box) {
  if (box->state != BOX_DRAINING) return;
  bool is_drained = (box->output[0] < 0 && box->output[1] < 0) || now_us() >= box->drain_deadline_us;
  bool is_kept = box->limits.flags & RUN_KEEP;
  if (!is_drained || ((is_kept || is_unexplained(box)) && !is_dead(box))) return;
  if (is_unexplained(box) && WIFSIGNALED(box->init_status)) box->cause = CAUSE_LOST;
  tell_exited(boxes, box);
  if (!is_kept) {
    clear(boxes, box);
    return;
  }
  close_output(boxes, box);
  box->state = BOX_KEPT;
}

static void close_descriptors(struct boxes *boxes, struct box *box) {
  close_watched(boxes, &box->status_fd);
  close_watched(boxes, &box->oom_fd);
  close_fd(&box->work_directory);
  close_fd(&box->read_fd);
  close_output(boxes, box);
  feed_close(&box->script);
  feed_close(&box->input);
  cgroup_close(&box->group);
}

/* In a child, since the kernel may let us wait for a lock that a joining maker holds. */
static void remove_groups(struct boxes *boxes, struct box *box) {
  box->state = BOX_REMOVING;
  box->remover = fork();
  if (box->remover > 0) return;
  if (box->remover == 0) sys_close_range(3, ~0u); /* other boxes' life lines above all */
  int failed = cgroup_remove(&boxes->groups, box->number);
  if (box->remover == 0) _exit(failed ? 1 : 0);
  box->remover = 0; /* no process to be had: done here, slowly */
  tell(boxes, box, DESTROYED, NULL, 0);
  box->state = BOX_EMPTY;
}

static void clear(struct boxes *boxes, struct box *box) {
  if (box->state != BOX_CLEARING) {
    box->state = BOX_CLEARING;
    end_life(box);
    if (box->maker) kill(box->maker, SIGKILL);
    if (box->main) kill(box->main, SIGKILL);
    close_descriptors(boxes, box);
  }
  if (is_dead(box)) remove_groups(boxes, box);
}

bool box_reaped(struct boxes *boxes, struct box *box, pid_t pid, int status) {
  if (box->state == BOX_EMPTY) return false;
  if (pid == box->remover) {
    box->remover = 0;
    tell(boxes, box, DESTROYED, NULL, 0);
    box->state = BOX_EMPTY;
    return true;
  }
  /* What a child said comes before its death; its number may be in there. */
  if (box->state == BOX_MAKING || pid == box->main) read_status(boxes, box);
  if (pid == box->maker) {
    box->maker = 0;
    if (status && box->state == BOX_MAKING) fail(boxes, box, STAGE_FORK, ECHILD, 0);
  } else if (pid == box->main) {
    box->main = 0;
    if (box->state == BOX_RUNNING) main_ended(box, status);
    else if (box->state < BOX_RUNNING) fail(boxes, box, STAGE_LOST, ECHILD, 0);
  } else if (pid == box->init) {
    box->init = 0;
    box->init_status = status;
  } else {
    return false;
  }
  if (box->state == BOX_CLEARING) clear(boxes, box);
  finish(boxes, box);
  return true;
}

void box_kill(struct boxes *boxes, struct box *box) {
  box->limits.flags &= ~(uint32_t)RUN_KEEP;
  if (box->state == BOX_RUNNING) stop(box, CAUSE_KILLED);
  else if (box->state == BOX_MAKING || box->state == BOX_PREPARED || box->state == BOX_KEPT) clear(boxes, box);
}

/* ---- a kept box's files ------------------------------------------------------------------------------------------ */

struct listing {
  struct boxes *boxes;
  struct box *box;
  size_t bytes_left;
  bool is_complete;
};

static void tell_entry(void *context, const char *path, uint64_t size) {
  struct listing *listing = context;
  uint8_t payload[sizeof size + FILES_PATH_MAX];
  size_t length = strlen(path);
  if (FRAME_HEADER + sizeof size + length > listing->bytes_left) {
    listing->is_complete = false;
    return;
  }
  listing->bytes_left -= FRAME_HEADER + sizeof size + length;
  memcpy(payload, &size, sizeof size);
  memcpy(payload + sizeof size, path, length);
  tell(listing->boxes, listing->box, ENTRY, payload, sizeof size + length);
}

const char *box_list(struct boxes *boxes, struct box *box) {
  if (box->state != BOX_KEPT) return box->state > BOX_KEPT ? NULL : "LIST: the box is not kept";
  struct listing listing = {.boxes = boxes, .box = box, .bytes_left = LIST_BYTES_MAX, .is_complete = true};
  bool is_complete = files_list(box->work_directory, tell_entry, &listing);
  uint8_t payload = is_complete && listing.is_complete;
  tell(boxes, box, LISTED, &payload, sizeof payload);
  return NULL;
}

static void end_read(struct boxes *boxes, struct box *box, int32_t error) {
  close_fd(&box->read_fd);
  tell(boxes, box, READ_END, &error, sizeof error);
}

static void send_file(struct boxes *boxes, struct box *box) {
  while (box->read_fd >= 0 && outbox_has_room(boxes->outbox)) {
    ssize_t got = RETRY(read(box->read_fd, outbox_reserve(boxes->outbox), OUTBOX_CHUNK));
    if (got > 0) outbox_commit(boxes->outbox, CONTENT, box->id, (size_t)got);
    else end_read(boxes, box, got < 0 ? errno : 0);
  }
}

const char *box_read(struct boxes *boxes, struct box *box, const uint8_t *payload, size_t size) {
  struct cursor c = {payload, payload + size};
  char path[FILES_PATH_MAX];
  uint64_t max_bytes, file_size;
  if (!take_u64(&c, &max_bytes)) return "READ: bad payload";
  size_t length = cursor_left(&c);
  if (length == 0 || length >= sizeof path || memchr(c.at, 0, length)) return "READ: bad path";
  if (box->state != BOX_KEPT) return box->state > BOX_KEPT ? NULL : "READ: the box is not kept";
  if (box->read_fd >= 0) return "READ: another file is being read";
  memcpy(path, c.at, length);
  path[length] = 0;
  box->read_fd = files_open(box->work_directory, path, max_bytes, &file_size);
  if (box->read_fd < 0) end_read(boxes, box, errno);
  else send_file(boxes, box);
  return NULL;
}

const char *box_release(struct boxes *boxes, struct box *box) {
  if (box->state != BOX_KEPT) return box->state > BOX_KEPT ? NULL : "RELEASE: the box is not kept";
  clear(boxes, box);
  return NULL;
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

void box_ready(struct boxes *boxes, struct box *box, enum box_source source) {
  if (box->state == BOX_EMPTY || box->state >= BOX_CLEARING) return; /* a late event of descriptors that are closed */
  switch (source) {
    case BOX_STATUS: read_status(boxes, box); break;
    case BOX_STDOUT: read_output(boxes, box, 0); break;
    case BOX_STDERR: read_output(boxes, box, 1); break;
    case BOX_SCRIPT:
    case BOX_STDIN: pump(boxes, box, source); break;
    case BOX_OOM: note_oom(box); break;
  }
  finish(boxes, box);
}

void box_resume(struct boxes *boxes, struct box *box) {
  if (box->state == BOX_KEPT) send_file(boxes, box);
  if (!box->is_muted || box->state == BOX_EMPTY || box->state >= BOX_KEPT) return;
  box->is_muted = false;
  if (box->output[0] >= 0) watch(boxes, box, box->output[0], BOX_STDOUT, EPOLLIN);
  if (box->output[1] >= 0) watch(boxes, box, box->output[1], BOX_STDERR, EPOLLIN);
}

/* Reads the clock of the group when the limit could be reached at the earliest, all processors busy: a run that is far from
 * its limit is not looked at, one that is near is caught within milliseconds. */
static void check_cpu(struct boxes *boxes, struct box *box, int64_t now) {
  uint64_t used = cpu_used_us(box);
  if (used >= box->limits.cpu_us) {
    if (!check_memory(box)) stop(box, CAUSE_CPU);
    return;
  }
  int64_t earliest = (int64_t)((box->limits.cpu_us - used) / boxes->processors);
  box->cpu_check_us = now + (earliest > CPU_CHECK_MIN_US ? earliest : CPU_CHECK_MIN_US);
}

static int64_t tick_running(struct boxes *boxes, struct box *box, int64_t now) {
  if (box->cause != CAUSE_NONE) return INT64_MAX; /* being killed; its end will be told */
  if (box->oom_checks_left && now >= box->oom_check_us && !check_memory(box)) {
    box->oom_checks_left--;
    box->oom_check_us = now + OOM_RECHECK_US;
  }
  if (now >= box->cpu_check_us) check_cpu(boxes, box, now);
  if (now >= box->wall_deadline_us && !check_memory(box)) stop(box, CAUSE_WALL);
  int64_t next = box->cpu_check_us < box->wall_deadline_us ? box->cpu_check_us : box->wall_deadline_us;
  if (box->oom_checks_left && box->oom_check_us < next) next = box->oom_check_us;
  return box->cause == CAUSE_NONE ? next : INT64_MAX;
}

int64_t box_tick(struct boxes *boxes, struct box *box, int64_t now) {
  if (box->state == BOX_RUNNING) return tick_running(boxes, box, now);
  if (box->state != BOX_DRAINING) return INT64_MAX;
  finish(boxes, box);
  return box->state == BOX_DRAINING && now < box->drain_deadline_us ? box->drain_deadline_us : INT64_MAX;
}
