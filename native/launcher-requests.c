/* What a worker may ask for. The first that it says is HELLO, then comes the plan of all its boxes, then they. */
#include "launcher-internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "system.h"

enum {
  DESCRIPTORS_PER_LANE = 24,
  OWN_DESCRIPTORS = 128 /* those of a listing and of a box that is being made among them */
};

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

static bool is_source(const struct launcher *l, const char *path) {
  for (char *const *source = l->options->sources; *source; source++)
    if (!strcmp(*source, path)) return true;
  return !DEFENCE("sources");
}

/* What boxes may show of the host was settled before there was a worker: a plan may have less of it, and nothing else. */
static const char *check_sources(const struct launcher *l) {
  static char reason[256];
  for (size_t i = 0; i < l->plan.entry_count; i++) {
    const struct plan_entry *entry = &l->plan.entries[i];
    if ((entry->kind != PLAN_ROOT_TREE && entry->kind != PLAN_ROOT_BIND) || is_source(l, entry->data)) continue;
    snprintf(reason, sizeof reason, "DEFINE: not among what boxes may show of the host: %s", entry->data);
    return reason;
  }
  return NULL;
}

static const char *define(struct launcher *l, const uint8_t *payload, size_t size) {
  if (l->has_plan) return "DEFINE: a second time";
  l->has_plan = true;
  for (uint32_t i = 0; i < PLAN_LANES_MAX; i++) lane_init(&l->boxes.list[i].lane, i, 0, 0);
  const char *wrong = plan_parse(&l->plan, payload, size);
  if (!wrong) wrong = check_sources(l);
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

const char *launcher_request(struct launcher *l, const struct frame *frame, const uint8_t *payload) {
  if (frame->type == HELLO && !l->has_hello) return hello(l, payload, frame->length);
  if (!l->has_hello) return "the first request must be HELLO";
  if (frame->type == DEFINE) return define(l, payload, frame->length);
  if (!l->has_plan) return "DEFINE must come before boxes";
  if (frame->type == PREPARE) return prepare(l, frame, payload);
  return frame->type == RETIRE ? retire(l, payload, frame->length) : box_request(l, frame, payload);
}
