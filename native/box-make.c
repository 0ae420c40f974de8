#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "box-internal.h"
#include "gate.h"
#include "maker.h"
#include "status.h"
#include "system.h"

static int set_nonblocking(int fd) { return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

/* A pipe of which the box gets one end; it belongs to the program's user, so that /dev/stdin and the like can be opened. */
static int program_pipe(const struct box *box, int *ours, int *theirs, bool is_ours_the_read_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) return -1;
  *ours = ends[is_ours_the_read_end ? 0 : 1];
  *theirs = ends[is_ours_the_read_end ? 1 : 0];
  uid_t id = box->lane.program_id;
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
  int failed = status_open(pair);
  box->status_fd = pair[0];
  ends->status = pair[1];
  if (failed) return -1;
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

enum { INODES_MAX = 1 << 24, PROCESSES_MAX = 1 << 20 };

bool box_take_wish(const struct plan *plan, const uint8_t *payload, size_t size, struct box_wish *wish) {
  struct cursor c = {payload, payload + size};
  return take_u64(&c, &wish->sizes.disk_bytes) && take_u32(&c, &wish->sizes.inodes) && take_u32(&c, &wish->processes) &&
         take_u32(&c, &wish->zygote) && !cursor_left(&c) && wish->sizes.disk_bytes && wish->sizes.inodes &&
         wish->sizes.inodes <= INODES_MAX && wish->processes && wish->processes <= PROCESSES_MAX &&
         wish->zygote <= plan->zygote_count;
}

static void reset(struct box *box, uint32_t id, uint32_t number) {
  box->id = id;
  box->number = number;
  box->group = CGROUP_CLOSED;
  box->maker = box->init = box->main = 0;
  box->init_status = box->exit_status = 0;
  box->status_fd = box->life_fd = box->oom_fd = box->work_directory = box->output[0] = box->output[1] = box->read_fd = -1;
  box->is_muted = box->is_listing = false;
  box->limits = (struct run_limits){0};
  box->cause = CAUSE_NONE;
  box->truncated = 0;
  box->oom_kills = 0;
  box->oom_checks_left = box->removals = 0;
}

void box_prepare(struct boxes *boxes, struct box *box, uint32_t id, const struct box_wish *wish) {
  struct maker maker = {.launcher = getpid(), .plan = boxes->plan, .lane = &box->lane, .groups = &boxes->groups,
                        .number = cgroup_number(boxes->next_count++, box->index), .processes = wish->processes, .sizes = wish->sizes};
  reset(box, id, maker.number);
  box->state = BOX_MAKING;
  box->zygote = wish->zygote;
  if (wish->zygote && lane_has_one_id(&box->lane)) { /* it could be looked into by every program */
    box_fail(boxes, box, STAGE_ZYGOTE, EPERM, 0);
    return;
  }
  if (wish->zygote) {
    struct zygote *parent = &box->lane.zygotes[wish->zygote - 1];
    maker.zygote = parent;
    if (zygote_ready(parent, boxes->plan, wish->zygote - 1, &box->lane, &boxes->groups)) {
      box_fail(boxes, box, STAGE_ZYGOTE, errno, 0);
      return;
    }
  }
  maker.ends = (struct maker_ends){-1, -1, -1, -1, -1, -1, -1};
  if (open_descriptors(box, &maker.ends)) {
    int error = errno;
    close_ends(&maker.ends);
    box_fail(boxes, box, STAGE_DESCRIPTORS, error, 0);
    return;
  }
  box->maker = fork();
  if (box->maker == 0) maker_run(&maker);
  int error = errno;
  close_ends(&maker.ends);
  if (box->maker < 0) {
    box->maker = 0;
    box_fail(boxes, box, STAGE_FORK, error, 0);
    return;
  }
  if (!box_watch(boxes, box, box->status_fd, BOX_STATUS, EPOLLIN) ||
      !box_watch(boxes, box, box->output[0], BOX_STDOUT, EPOLLIN) ||
      !box_watch(boxes, box, box->output[1], BOX_STDERR, EPOLLIN) || !box_watch(boxes, box, box->oom_fd, BOX_OOM, EPOLLIN))
    box_fail(boxes, box, STAGE_DESCRIPTORS, errno, 0);
}

static void note_made(struct boxes *boxes, struct box *box, const struct status_message *message) {
  box->init = message->status.init;
  box->work_directory = message->work_directory;
  if (box->work_directory < 0) box_fail(boxes, box, STAGE_DESCRIPTORS, EMFILE, 0); /* the kernel could not hand it over */
  else if (cgroup_open(&boxes->groups, box->number, &box->group)) box_fail(boxes, box, STAGE_CGROUP_MAKE, errno, 0);
  else if (box->group.is_oom_polled && !box_watch(boxes, box, box->group.oom, BOX_OOM, EPOLLPRI))
    box_fail(boxes, box, STAGE_CGROUP_WATCH, errno, 0);
  else if (box->lane.network.namespace < 0 && network_open(&box->lane.network, box->init))
    box_fail(boxes, box, STAGE_NAMESPACES, errno, 0);
}

static uint64_t read_bytes(pid_t pid, const char *file, const char *key) {
  char path[48], line[128];
  unsigned long long kib = 0;
  snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
  FILE *lines = pid ? fopen(path, "re") : NULL;
  while (lines && fgets(line, sizeof line, lines))
    if (!strncmp(line, key, strlen(key)) && sscanf(line + strlen(key), ": %llu", &kib) == 1) break;
  if (lines) fclose(lines);
  return kib << 10;
}

static uint32_t count_zygotes(const struct boxes *boxes, uint32_t zygote) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < boxes->plan->lanes; i++) count += boxes->list[i].lane.zygotes[zygote].pid != 0;
  return count;
}

/* What main has of its own while it waits at its gate: pages that it shares with the host's files, or with its zygote, are there
 * anyway. Those of a small zygote it has yet to copy, when it has stood idle for a moment. */
static void tell_measure(struct boxes *boxes, const struct box *box) {
  struct __attribute__((packed)) {
    uint64_t own, zygote;
    uint32_t zygotes;
  } measure = {0};
  if (box->zygote) {
    measure.own = read_bytes(box->main, "smaps_rollup", "Private_Dirty");
    measure.zygote = read_bytes(box->lane.zygotes[box->zygote - 1].pid, "status", "RssAnon");
    measure.zygotes = count_zygotes(boxes, box->zygote - 1);
    if (measure.zygote <= GATE_COPIED_MAX && measure.own < measure.zygote) measure.own = measure.zygote;
  } else {
    measure.own = read_bytes(box->main, "status", "RssAnon"); /* one look, and no walk through the pages of a large process */
  }
  box_tell(boxes, box, MEASURED, &measure, sizeof measure);
}

/* The maker's and the parked process's messages come in either order. */
static void note_prepared(struct boxes *boxes, struct box *box) {
  if (box->state != BOX_MAKING || !box->main || !box->init) return;
  if (box->zygote && box->lane.zygotes[box->zygote - 1].births == 1) tell_measure(boxes, box);
  box->state = BOX_PREPARED;
  box_tell(boxes, box, PREPARED, NULL, 0);
}

/* An interpreter at its gate, or a program that were to find this channel open, says what it likes: nothing is believed of anyone but
 * whose word it is. */
static void take_word(struct boxes *boxes, struct box *box, const struct status_message *message) {
  const struct status *status = &message->status;
  const bool is_maker = box->maker && message->sender == box->maker, is_main = box->main && message->sender == box->main;
  if (status->kind == STATUS_MADE && is_maker && !box->init) {
    note_made(boxes, box, message);
    return;
  }
  if (message->work_directory >= 0) close(message->work_directory);
  if (status->kind == STATUS_PARKED) {
    if (!box->main && message->user == box->lane.program_id) box->main = message->sender;
    else if (is_main && box->state == BOX_PREPARED) {
      tell_measure(boxes, box);
      box_tell(boxes, box, BOOTED, NULL, 0);
    }
  } else if (status->kind == STATUS_FAILED && (is_maker || is_main || !box->main) && box->state < BOX_DRAINING) {
    box_fail(boxes, box, (enum stage)status->stage, status->error, status->index);
  }
}

void box_read_status(struct boxes *boxes, struct box *box) {
  struct status_message message;
  int got;
  while (box->status_fd >= 0 && (got = status_receive(box->status_fd, &message)) >= 0) {
    if (got > 0) {
      take_word(boxes, box, &message);
      continue;
    }
    box_close_watched(boxes, &box->status_fd); /* executed, or dead */
    if (box->state == BOX_MAKING && !box->main)
      box_fail(boxes, box, box->zygote ? STAGE_ZYGOTE : STAGE_LOST, ECHILD, 0);
  }
  note_prepared(boxes, box);
}
