#include <limits.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "box-internal.h"
#include "system.h"

enum { DRAIN_US = 100 * 1000, REMOVE_AGAIN_US = 2 * 1000, REMOVALS_TOLD = 1000 };

/* Ends every process of the box: pid 1 sees the end of its life line, and the kernel kills the rest with it. */
void box_end_life(struct box *box) { close_fd(&box->life_fd); }

static bool is_dead(const struct box *box) { return !box->maker && !box->init && !box->main; }

/* ---- a run's end ------------------------------------------------------------------------------------------------- */

/* What was found when main had ended by itself. Wall time is not among it: its timer stops a run while that still lives, and a
 * launcher that came late must not blame the program. */
static void settle_cause(struct box *box) {
  if (box->cause != CAUSE_NONE) return;
  if (box->oom_kills) box->cause = cgroup_was_full(&box->group) ? CAUSE_MEMORY : CAUSE_LOST;
  else if (box->cpu_us >= box->limits.cpu_us) box->cause = CAUSE_CPU;
}

/* By the kernel's own account, taken when main has ended. */
void box_main_ended(struct box *box, int status) {
  box->exit_status = status;
  box->wall_us = (uint64_t)(now_us() - box->started_us);
  box->cpu_us = box_cpu_used_us(box);
  box->oom_kills = cgroup_oom_kills(&box->group);
  box->memory_bytes = cgroup_memory_peak(&box->group);
  if (box->memory_bytes > box->limits.memory_bytes) box->memory_bytes = box->limits.memory_bytes;
  settle_cause(box);
  box_end_life(box);
  feed_close(&box->input);
  feed_close(&box->script);
  box->state = BOX_DRAINING;
  box->due_us = now_us() + DRAIN_US;
}

void box_drain_again(struct box *box) {
  if (box->state == BOX_DRAINING) box->due_us = now_us() + DRAIN_US;
}

/* Main was killed and nobody here did it: it was itself, a process of its own, or someone who killed the box's pid 1, which
 * pid 1's own end will tell. */
static bool is_unexplained(const struct box *box) {
  return box->cause == CAUSE_NONE && WIFSIGNALED(box->exit_status) && WTERMSIG(box->exit_status) == SIGKILL;
}

/* Whether all output has been read. Its time is not over while it has to wait for the worker. What is left in a pipe at the
 * end of the time was written by a process that outlived main. */
static bool is_drained(struct boxes *boxes, struct box *box) {
  if (box->output[0] >= 0 || box->output[1] >= 0) {
    if (box->is_muted || now_us() < box->due_us) return false;
    for (int stream = 0; stream < 2; stream++) box_read_output(boxes, box, stream);
    if (box->is_muted) return false;
    for (int stream = 0, left = 0; stream < 2; stream++)
      if (box->output[stream] >= 0 && !ioctl(box->output[stream], FIONREAD, &left) && left)
        box->truncated |= (uint8_t)(1 << stream);
    box_close_output(boxes, box);
  }
  return true;
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
  box_tell(boxes, box, EXITED, &report, sizeof report);
}

/* EXITED goes out when all output was read, or its time is over. A box whose files will be looked at, or whose end is not
 * explained yet, waits until every process is dead. */
void box_finish(struct boxes *boxes, struct box *box) {
  if (box->state != BOX_DRAINING || !is_drained(boxes, box)) return;
  bool is_kept = box->limits.flags & RUN_KEEP;
  if ((is_kept || is_unexplained(box)) && !is_dead(box)) return;
  if (is_unexplained(box) && WIFSIGNALED(box->init_status)) box->cause = CAUSE_LOST;
  tell_exited(boxes, box);
  if (is_kept) box->state = BOX_KEPT;
  else box_clear(boxes, box);
}

/* ---- a box's end ------------------------------------------------------------------------------------------------- */

void box_fail(struct boxes *boxes, struct box *box, enum stage stage, int error, uint32_t index) {
  struct {
    uint32_t stage;
    int32_t error;
    uint32_t index;
  } payload = {(uint32_t)stage, error, index};
  box_tell(boxes, box, FAILED, &payload, sizeof payload);
  box_clear(boxes, box);
}

static void close_descriptors(struct boxes *boxes, struct box *box) {
  box_close_watched(boxes, &box->status_fd);
  box_close_watched(boxes, &box->oom_fd);
  box_close_files(boxes, box);
  close_fd(&box->work_directory);
  box_close_output(boxes, box);
  feed_close(&box->script);
  feed_close(&box->input);
  if (box->group.is_oom_polled) box_unwatch(boxes, box->group.oom);
  cgroup_close(&box->group);
}

void box_clear(struct boxes *boxes, struct box *box) {
  box->state = BOX_CLEARING;
  box->due_us = 0; /* as soon as everything is dead */
  box_end_life(box);
  if (box->maker) kill(box->maker, SIGKILL);
  if (box->main) kill(box->main, SIGKILL);
  close_descriptors(boxes, box);
}

static void remove_groups(struct boxes *boxes, struct box *box, int64_t now) {
  if (remover_ask(&boxes->remover, box->number)) box->due_us = now + REMOVE_AGAIN_US; /* another is about to be started */
  else box->state = BOX_REMOVING;
}

/* A group whose last process has just died may refuse for a moment. One that stays keeps its lane out of use. */
void box_removed(struct boxes *boxes, struct box *box, bool is_removed) {
  if (is_removed) {
    network_settle(&box->lane.network);
    box_tell(boxes, box, DESTROYED, NULL, 0);
    box->state = BOX_EMPTY;
    return;
  }
  if (++box->removals % REMOVALS_TOLD == 0)
    fprintf(stderr, "launcher: the groups of box %u cannot be removed; trying again\n", box->number);
  box->state = BOX_CLEARING;
  box->due_us = now_us() + REMOVE_AGAIN_US;
}

int64_t box_tick_ending(struct boxes *boxes, struct box *box, int64_t now) {
  if (box->state == BOX_DRAINING) {
    box_finish(boxes, box);
    if (box->state == BOX_DRAINING && !box->is_muted && now < box->due_us) return box->due_us;
  }
  if (box->state != BOX_CLEARING || !is_dead(box)) return INT64_MAX;
  if (now >= box->due_us) remove_groups(boxes, box, now);
  return box->state == BOX_CLEARING ? box->due_us : INT64_MAX;
}

bool box_reaped(struct boxes *boxes, struct box *box, pid_t pid, int status, const struct rusage *usage) {
  if (box->state == BOX_EMPTY) return false;
  /* What a child said comes before its death; its number may be in there. */
  if (box->state == BOX_MAKING || pid == box->main) box_read_status(boxes, box);
  if (pid == box->maker) {
    box->maker = 0;
    if (status && box->state == BOX_MAKING) box_fail(boxes, box, STAGE_FORK, ECHILD, 0);
  } else if (pid == box->main) {
    box->main = 0;
    if (box->state == BOX_RUNNING) cgroup_note_end(&box->group, usage);
    if (box->state == BOX_RUNNING) box_main_ended(box, status);
    else if (box->state < BOX_RUNNING) box_fail(boxes, box, STAGE_LOST, ECHILD, 0);
  } else if (pid == box->init) {
    box->init = 0;
    box->init_status = status;
  } else {
    return false;
  }
  box_finish(boxes, box);
  return true;
}
