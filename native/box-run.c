#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "box-internal.h"
#include "system.h"

enum {
  OOM_RECHECKS = 50, /* the event may come a moment before the counter moves */
  OOM_RECHECK_US = 1000,
  CPU_CHECK_MIN_US = 4 * 1000,
  SAMPLE_US = 5 * 1000,
  SAMPLE_SHARE = 10 /* of the time is for looking, at most one part */
};

/* The first cause wins. */
void box_stop(struct box *box, enum cause cause) {
  if (box->cause != CAUSE_NONE || box->state != BOX_RUNNING) return;
  box->cause = (uint8_t)cause;
  if (box->main) kill(box->main, SIGKILL);
  box_end_life(box);
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
  const struct cgroup_limits group = {.memory_bytes = limits.memory_bytes, .processes = limits.processes,
                                      .init = box->init, .main = box->main, .store = box->work_directory};
  if (cgroup_start(&box->group, &group, &box->cpu_base_ns)) {
    box_fail(boxes, box, STAGE_LIMITS, errno, 0);
    return NULL;
  }
  /* That it was executed, or why not, is read when it has ended: nobody has to be woken for it. */
  box_unwatch(boxes, box->status_fd);
  box->limits = limits;
  box->output_left = DEFENCE("output") ? limits.output_bytes : UINT64_MAX / 2;
  box->state = BOX_RUNNING;
  box->started_us = now_us();
  box->wall_deadline_us = box->started_us + (int64_t)limits.wall_us;
  const bool is_sampled = cgroup_is_sampled(&box->group);
  box->cpu_check_us = is_sampled ? INT64_MAX : box->started_us + (int64_t)(limits.cpu_us / boxes->processors);
  box->sample_us = is_sampled ? box->started_us + SAMPLE_US : INT64_MAX;
  return box_push(boxes, box, BOX_SCRIPT, c.at, cursor_left(&c)) ? NULL : "START: beyond the credit";
}

uint64_t box_cpu_used_us(const struct box *box) { return (cgroup_cpu_ns(&box->group) - box->cpu_base_ns) / 1000; }

/* Memory first: a run that was killed for memory is never called anything else. One that was killed while below its own limit,
 * because all boxes together or the host had none left, is lost through no fault of its own. */
static bool check_memory(struct box *box) {
  box->oom_kills = cgroup_oom_kills(&box->group);
  if (box->oom_kills) box_stop(box, cgroup_was_full(&box->group) ? CAUSE_MEMORY : CAUSE_LOST);
  return box->oom_kills > 0;
}

void box_note_oom(struct box *box) {
  if (!cgroup_take_news(&box->group, box->oom_fd) || box->state != BOX_RUNNING) return;
  if (check_memory(box)) return;
  box->oom_checks_left = OOM_RECHECKS;
  box->oom_check_us = now_us() + OOM_RECHECK_US;
}

void box_close_output(struct boxes *boxes, struct box *box) {
  box_close_watched(boxes, &box->output[0]);
  box_close_watched(boxes, &box->output[1]);
}

static void mute(struct boxes *boxes, struct box *box) {
  for (int i = 0; i < 2; i++)
    if (box->output[i] >= 0) box_unwatch(boxes, box->output[i]);
  box->is_muted = true;
}

void box_unmute(struct boxes *boxes, struct box *box) {
  if (!box->is_muted) return;
  box->is_muted = false;
  box_drain_again(box);
  if (box->output[0] >= 0) box_watch(boxes, box, box->output[0], BOX_STDOUT, EPOLLIN);
  if (box->output[1] >= 0) box_watch(boxes, box, box->output[1], BOX_STDERR, EPOLLIN);
}

/* Passes on what stands in one output pipe. Reads one byte more than the limit allows, to know whether there is more. */
void box_read_output(struct boxes *boxes, struct box *box, int stream) {
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
      box_close_watched(boxes, &box->output[stream]);
      return;
    }
    size_t allowed = (uint64_t)got > box->output_left ? (size_t)box->output_left : (size_t)got;
    if (allowed) outbox_commit(boxes->outbox, stream == 0 ? STDOUT : STDERR, box->id, allowed);
    box->output_left -= allowed;
    if ((size_t)got < want) return; /* that was all */
    if (allowed == (size_t)got) continue;
    box->truncated |= (uint8_t)(1 << stream);
    int other = 0;
    if (box->output[!stream] >= 0 && !ioctl(box->output[!stream], FIONREAD, &other) && other)
      box->truncated |= (uint8_t)(1 << !stream);
    box_stop(box, CAUSE_OUTPUT);
    if (box->cause == CAUSE_NONE) box->cause = CAUSE_OUTPUT; /* main had ended; what it left in the pipe is too much */
    box_close_output(boxes, box);
  }
}

/* Reads the clock of the group when the limit could be reached at the earliest, all processors busy: a run that is far from
 * its limit is not looked at, one that is near is caught within milliseconds. */
static void check_cpu(struct boxes *boxes, struct box *box, int64_t now) {
  uint64_t used = box_cpu_used_us(box);
  if (used >= box->limits.cpu_us) {
    if (!check_memory(box)) box_stop(box, CAUSE_CPU);
    return;
  }
  int64_t earliest = (int64_t)((box->limits.cpu_us - used) / boxes->processors);
  box->cpu_check_us = now + (earliest > CPU_CHECK_MIN_US ? earliest : CPU_CHECK_MIN_US);
}

/* What no group bounds. A look takes the longer the more processes there are, which is for the program to say: so looks are the
 * rarer, and the launcher has time for others. */
static void check_sample(struct box *box, int64_t now) {
  if (DEFENCE("sampled_memory") && cgroup_sample(&box->group) > box->limits.memory_bytes) box_stop(box, CAUSE_MEMORY);
  else if (DEFENCE("sampled_cpu") && box_cpu_used_us(box) >= box->limits.cpu_us) box_stop(box, CAUSE_CPU);
  int64_t cost = (now_us() - now) * SAMPLE_SHARE;
  box->sample_us = now + (cost > SAMPLE_US ? cost : SAMPLE_US);
}

/* We may be late: a main that has ended meanwhile was in time, and its end is about to be read. */
static void check_wall(struct box *box) {
  siginfo_t ended = {.si_pid = 0};
  if (!waitid(P_PID, (id_t)box->main, &ended, WEXITED | WNOHANG | WNOWAIT) && ended.si_pid) return;
  if (!check_memory(box)) box_stop(box, CAUSE_WALL);
}

int64_t box_tick_running(struct boxes *boxes, struct box *box, int64_t now) {
  if (box->cause != CAUSE_NONE) return INT64_MAX; /* being killed; its end will be told */
  if (box->oom_checks_left && now >= box->oom_check_us && !check_memory(box)) {
    box->oom_checks_left--;
    box->oom_check_us = now + OOM_RECHECK_US;
  }
  if (now >= box->sample_us) check_sample(box, now);
  if (now >= box->cpu_check_us) check_cpu(boxes, box, now);
  if (now >= box->wall_deadline_us) check_wall(box);
  int64_t next = box->cpu_check_us < box->wall_deadline_us ? box->cpu_check_us : box->wall_deadline_us;
  if (box->oom_checks_left && box->oom_check_us < next) next = box->oom_check_us;
  if (box->sample_us < next) next = box->sample_us;
  return box->cause == CAUSE_NONE ? next : INT64_MAX;
}

