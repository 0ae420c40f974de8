#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "wire.h"

/* Strings are copied behind each other into one allocation, each with a NUL, so that no later code counts bytes. */
struct text {
  char *at, *end;
};

static const char *keep(struct text *text, const uint8_t *bytes, size_t size) {
  if ((size_t)(text->end - text->at) < size + 1) return NULL;
  char *start = text->at;
  memcpy(start, bytes, size);
  start[size] = 0;
  text->at += size + 1;
  return start;
}

static bool has_nul(const uint8_t *bytes, size_t size) { return memchr(bytes, 0, size) != NULL; }

/* Absolute, without empty, `.` or `..` parts. */
static bool is_box_path(const uint8_t *bytes, size_t size) {
  if (size < 2 || size > 1024 || bytes[0] != '/' || has_nul(bytes, size)) return false;
  for (size_t i = 0; i < size;) {
    size_t start = ++i;
    while (i < size && bytes[i] != '/') i++;
    size_t length = i - start;
    if (length == 0 || (length == 1 && bytes[start] == '.')) return false;
    if (length == 2 && bytes[start] == '.' && bytes[start + 1] == '.') return false;
  }
  return true;
}

static bool take_path(struct cursor *c, size_t size, struct text *text, const char **out) {
  const uint8_t *bytes;
  if (!take_bytes(c, size, &bytes) || !is_box_path(bytes, size)) return false;
  return (*out = keep(text, bytes, size)) != NULL;
}

static bool take_sized_path(struct cursor *c, struct text *text, const char **out) {
  uint32_t size;
  return take_u32(c, &size) && take_path(c, size, text, out);
}

/* The rest of the record. Only file contents may hold a NUL. */
static bool take_rest(struct cursor *c, struct text *text, struct plan_entry *entry) {
  const uint8_t *bytes = c->at;
  size_t size = cursor_left(c);
  if (entry->kind != PLAN_ROOT_FILE && (size == 0 || has_nul(bytes, size))) return false;
  c->at = c->end;
  entry->data_size = size;
  return (entry->data = keep(text, bytes, size)) != NULL;
}

/* null, zero, full, random and urandom: no other device is anybody's business in a box, whatever a plan says. */
static bool is_harmless_device(uint32_t major, uint32_t minor) {
  return major == 1 && (minor == 3 || minor == 5 || (minor >= 7 && minor <= 9));
}

static bool parse_entry(struct plan_entry *entry, struct cursor *c, struct text *text) {
  switch (entry->kind) {
    case PLAN_ROOT_DIR: return take_u32(c, &entry->mode) && take_path(c, cursor_left(c), text, &entry->path);
    case PLAN_ROOT_FILE:
      return take_u32(c, &entry->mode) && take_sized_path(c, text, &entry->path) && take_rest(c, text, entry);
    case PLAN_ROOT_DEVICE:
      return take_u32(c, &entry->mode) && take_u32(c, &entry->major) && take_u32(c, &entry->minor) &&
             is_harmless_device(entry->major, entry->minor) && take_path(c, cursor_left(c), text, &entry->path);
    case PLAN_ROOT_HOST_DEVICE:
      return take_u32(c, &entry->major) && take_u32(c, &entry->minor) && is_harmless_device(entry->major, entry->minor) &&
             take_sized_path(c, text, &entry->path) && is_box_path(c->at, cursor_left(c)) && take_rest(c, text, entry);
    case PLAN_STORE:
      return take_u32(c, &entry->mode) && take_u32(c, &entry->owner) && (entry->owner == 0 || entry->owner == 1000) &&
             take_sized_path(c, text, &entry->path) && take_rest(c, text, entry) && !strchr(entry->data, '/') &&
             entry->data[0] != '.';
    case PLAN_ROOT_LINK:
    case PLAN_SYSCTL: return take_sized_path(c, text, &entry->path) && take_rest(c, text, entry);
    case PLAN_ROOT_TREE:
    case PLAN_ROOT_BIND:
      return take_sized_path(c, text, &entry->path) && is_box_path(c->at, cursor_left(c)) && take_rest(c, text, entry);
    case PLAN_PROC:
    case PLAN_MASK_FILE:
    case PLAN_MASK_DIR:
    case PLAN_READ_ONLY: return take_path(c, cursor_left(c), text, &entry->path);
    default: return false;
  }
}

static const char *parse_filter(struct plan_policy *policy, struct cursor *c) {
  size_t size = cursor_left(c);
  if (policy->filter_count || size == 0 || size % sizeof *policy->filter || size > sizeof policy->filter)
    return "plan: FILTER must come once and hold 1 to 4096 whole instructions";
  memcpy(policy->filter, c->at, size);
  policy->filter_count = size / sizeof *policy->filter;
  c->at = c->end;
  return NULL;
}

static const char *parse_rlimit(struct plan_policy *policy, struct cursor *c) {
  uint32_t resource, zero;
  uint64_t value;
  if (!take_u32(c, &resource) || !take_u32(c, &zero) || !take_u64(c, &value) || zero || resource >= RLIM_NLIMITS ||
      policy->rlimit_count == PLAN_RLIMITS_MAX)
    return "plan: bad RLIMIT";
  policy->rlimits[policy->rlimit_count].resource = (int)resource;
  policy->rlimits[policy->rlimit_count++].value = value;
  return NULL;
}

static bool take_strings(struct cursor *c, struct text *text, char **list) {
  uint32_t count, size;
  const uint8_t *bytes;
  if (!take_u32(c, &count) || count > PLAN_ZYGOTE_STRINGS_MAX) return false;
  for (uint32_t i = 0; i < count; i++)
    if (!take_u32(c, &size) || !take_bytes(c, size, &bytes) || has_nul(bytes, size) ||
        !(list[i] = (char *)keep(text, bytes, size)))
      return false;
  return true;
}

static const char *parse_zygote(struct plan *plan, struct cursor *c, struct text *text) {
  if (plan->zygote_count == PLAN_ZYGOTES_MAX) return "plan: too many zygotes";
  struct plan_zygote *zygote = &plan->zygotes[plan->zygote_count++];
  bool is_whole = take_sized_path(c, text, &zygote->executable) && take_strings(c, text, zygote->arguments) &&
                  take_strings(c, text, zygote->environment) && zygote->arguments[0];
  return is_whole ? NULL : "plan: bad ZYGOTE";
}

static const char *parse_record(struct plan *plan, uint16_t kind, struct cursor *c, struct text *text) {
  switch (kind) {
    case PLAN_LANES: { /* a refused plan too has lanes, which are closed one by one: never more than there are */
      uint32_t lanes;
      if (!take_u32(c, &lanes) || lanes < 1 || lanes > PLAN_LANES_MAX) return "plan: bad LANES";
      plan->lanes = lanes;
      return NULL;
    }
    case PLAN_MEMORY: return take_u64(c, &plan->memory_bytes) && plan->memory_bytes ? NULL : "plan: bad MEMORY";
    case PLAN_HOSTNAME: {
      size_t size = cursor_left(c);
      if (size == 0 || size > 64 || has_nul(c->at, size)) return "plan: bad HOSTNAME";
      plan->hostname = keep(text, c->at, size);
      c->at = c->end;
      return plan->hostname ? NULL : "plan: too much text";
    }
    case PLAN_RLIMIT: return parse_rlimit(&plan->policy, c);
    case PLAN_FILTER: return parse_filter(&plan->policy, c);
    case PLAN_ZYGOTE: return parse_zygote(plan, c, text);
    default: {
      if (plan->entry_count == PLAN_ENTRIES_MAX) return "plan: too many entries";
      struct plan_entry *entry = &plan->entries[plan->entry_count++];
      *entry = (struct plan_entry){.kind = kind};
      if (!parse_entry(entry, c, text)) return "plan: bad entry";
      if (kind == PLAN_STORE && !plan->work_directory) plan->work_directory = entry->path;
      return NULL;
    }
  }
}

static const char *missing(const struct plan *plan) {
  if (!plan->lanes) return "plan: LANES is missing";
  if (!plan->memory_bytes) return "plan: MEMORY is missing";
  if (!plan->hostname) return "plan: HOSTNAME is missing";
  if (!plan->work_directory) return "plan: STORE is missing";
  if (!plan->policy.filter_count) return "plan: FILTER is missing";
  return NULL;
}

const char *plan_parse(struct plan *plan, const uint8_t *data, size_t size) {
  *plan = (struct plan){0};
  size_t text_size = size * 2 + 1;
  if (!(plan->text = malloc(text_size))) return "plan: out of memory";
  struct text text = {plan->text, plan->text + text_size};
  struct cursor c = {data, data + size};
  while (cursor_left(&c)) {
    uint16_t kind;
    uint32_t length;
    const uint8_t *bytes;
    if (!take_u16(&c, &kind) || !take_u32(&c, &length) || !take_bytes(&c, length, &bytes)) return "plan: cut short";
    struct cursor record = {bytes, bytes + length};
    const char *wrong = parse_record(plan, kind, &record, &text);
    if (wrong) return wrong;
    if (cursor_left(&record)) return "plan: a record is too long";
  }
  return missing(plan);
}

void plan_free(struct plan *plan) {
  free(plan->text);
  plan->text = NULL;
}
