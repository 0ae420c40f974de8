/* One box at a time per lane: from PREPARE to DESTROYED. See PROTOCOL.md for its life. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup.h"
#include "feed.h"
#include "files.h"
#include "lane.h"
#include "outbox.h"
#include "plan.h"
#include "remover.h"
#include "root.h"

/* In order: a box only moves forward, and from REMOVING back to EMPTY. */
enum box_state {
  BOX_EMPTY,    /* the lane is free */
  BOX_MAKING,   /* the maker is at work */
  BOX_PREPARED, /* parked, waiting for START */
  BOX_RUNNING,  /* released */
  BOX_DRAINING, /* main has ended; its output is still being read, the others are dying */
  BOX_KEPT,     /* everything is dead and told; the work directory is still there */
  BOX_CLEARING, /* nothing more will be said but DESTROYED; processes are dying */
  BOX_REMOVING  /* the remover has been asked for its groups */
};

/* What an epoll event of a box is about. */
enum box_source { BOX_STATUS, BOX_STDOUT, BOX_STDERR, BOX_SCRIPT, BOX_STDIN, BOX_OOM };

struct run_limits {
  uint64_t memory_bytes, cpu_us, wall_us, output_bytes;
  uint32_t processes, flags;
};

enum { RUN_KEEP = 1 };

struct box {
  enum box_state state;
  uint32_t index; /* of its lane */
  uint32_t id;    /* the worker's number for it */
  uint32_t number; /* names its groups; never used twice by one launcher */
  struct lane lane;
  struct cgroup group;

  pid_t maker, init, main; /* 0 when there is none, or no longer; main is known when it has parked */
  int init_status;                  /* as waitpid gave it */

  int status_fd, life_fd, oom_fd, work_directory;
  int output[2]; /* read ends of stdout and stderr */
  uint32_t zygote; /* which gives birth to main, counted from 1; 0 for none */
  bool is_muted;  /* output is not polled: the outbox is full */
  bool is_listing; /* a listing was asked for; it has begun when the box is the lister */
  struct feed script, input;
  int read_fd; /* the file being sent, or -1 */

  struct run_limits limits;
  uint64_t output_left, cpu_base_ns;
  int64_t started_us, wall_deadline_us, cpu_check_us, oom_check_us, sample_us;
  int64_t due_us; /* when draining ends; when the groups may be removed */
  int oom_checks_left, removals;
  uint8_t cause, truncated;
  int exit_status;
  uint64_t cpu_us, wall_us, memory_bytes;
  uint32_t oom_kills;
};

/* What boxes share. */
struct boxes {
  int epoll;
  const struct plan *plan;
  struct cgroup_tree groups;
  struct outbox *outbox;
  struct remover remover;
  uint32_t next_count; /* of boxes; names their groups */
  unsigned processors;
  struct box *lister; /* whose files are being listed, or NULL */
  struct files_walk walk;
  size_t list_bytes_left; /* for what else it may say */
  struct box list[PLAN_LANES_MAX];
};

/* What PREPARE asks for. */
struct box_wish {
  struct root_sizes sizes;
  uint32_t processes; /* the most of any run */
  uint32_t zygote;    /* 0, or which of the plan's gives birth to the process that parks, counted from 1 */
};

/* False when the payload is not one that a worker of ours sends. */
bool box_take_wish(const struct plan *plan, const uint8_t *payload, size_t size, struct box_wish *wish);
void box_prepare(struct boxes *boxes, struct box *box, uint32_t id, const struct box_wish *wish);

/* Requests. Each returns NULL, or what the worker did wrong. */
const char *box_load(struct boxes *boxes, struct box *box, const uint8_t *payload, size_t size);
const char *box_start(struct boxes *boxes, struct box *box, const uint8_t *payload, size_t size);
const char *box_stdin(struct boxes *boxes, struct box *box, const uint8_t *payload, size_t size);
void box_stdin_end(struct box *box);
void box_kill(struct boxes *boxes, struct box *box);
const char *box_list(struct boxes *boxes, struct box *box);
const char *box_read(struct boxes *boxes, struct box *box, const uint8_t *payload, size_t size);
const char *box_release(struct boxes *boxes, struct box *box);

/* What the kernel says. */
void box_ready(struct boxes *boxes, struct box *box, enum box_source source);
/* Whether the child was one of the box's. */
bool box_reaped(struct boxes *boxes, struct box *box, pid_t pid, int status, const struct rusage *usage);
/* What the remover says of the box's groups. */
void box_removed(struct boxes *boxes, struct box *box, bool is_removed);
/* Does what is due; returns when the next thing is, in microseconds of CLOCK_MONOTONIC, or INT64_MAX. */
int64_t box_tick(struct boxes *boxes, struct box *box, int64_t now);
/* Goes on with the listing of the lister, for well below a millisecond. */
void box_list_on(struct boxes *boxes);
/* The outbox has room again. */
void box_resume(struct boxes *boxes, struct box *box);
