/* Reading what arrived: strict cursors over bytes, each step checked. Integers are little-endian, as is every machine we build for. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the protocol is little-endian");

enum { PROTOCOL_VERSION = 3, FRAME_HEADER = 12, FRAME_PAYLOAD_MAX = 1 << 20, CHANNEL_CREDIT = 256 << 10 };

enum request { HELLO = 1, DEFINE, PREPARE, LOAD, START, STDIN, STDIN_END, KILL, LIST, READ, RELEASE, RETIRE };

enum event {
  WELCOME = 129, PREPARED, FAILED, CREDIT, STDOUT, STDERR, EXITED, ENTRY, LISTED, CONTENT, READ_END, DESTROYED, FATAL, BOOTED,
  MEASURED
};

enum plan_record {
  PLAN_LANES = 1, PLAN_HOSTNAME, PLAN_MEMORY,
  PLAN_ROOT_DIR = 10, PLAN_ROOT_FILE, PLAN_ROOT_LINK, PLAN_ROOT_DEVICE, PLAN_ROOT_TREE, PLAN_ROOT_BIND, PLAN_ROOT_HOST_DEVICE,
  PLAN_STORE = 20, PLAN_PROC, PLAN_MASK_FILE, PLAN_MASK_DIR, PLAN_READ_ONLY, PLAN_SYSCTL,
  PLAN_RLIMIT = 30, PLAN_FILTER,
  PLAN_ZYGOTE = 40
};

enum script_record { SCRIPT_FILE = 1, SCRIPT_DIR, SCRIPT_RLIMIT, SCRIPT_ARG, SCRIPT_ENV, SCRIPT_EXEC, SCRIPT_BOOT, SCRIPT_GO };

/* Why the launcher ended a run, in the numbers of EXITED. Where one look finds several, the lower number wins. */
enum cause { CAUSE_NONE, CAUSE_OUTPUT, CAUSE_MEMORY, CAUSE_CPU, CAUSE_WALL, CAUSE_KILLED, CAUSE_LOST };

struct cursor {
  const uint8_t *at, *end;
};

static inline size_t cursor_left(const struct cursor *c) { return (size_t)(c->end - c->at); }

static inline bool take_bytes(struct cursor *c, size_t n, const uint8_t **out) {
  if (cursor_left(c) < n) return false;
  *out = c->at;
  c->at += n;
  return true;
}

static inline bool take_u16(struct cursor *c, uint16_t *out) {
  const uint8_t *p;
  if (!take_bytes(c, sizeof *out, &p)) return false;
  memcpy(out, p, sizeof *out);
  return true;
}

static inline bool take_u32(struct cursor *c, uint32_t *out) {
  const uint8_t *p;
  if (!take_bytes(c, sizeof *out, &p)) return false;
  memcpy(out, p, sizeof *out);
  return true;
}

static inline bool take_u64(struct cursor *c, uint64_t *out) {
  const uint8_t *p;
  if (!take_bytes(c, sizeof *out, &p)) return false;
  memcpy(out, p, sizeof *out);
  return true;
}

/* A frame's header as it stands before its payload. */
struct frame {
  uint32_t length, box;
  uint8_t type;
};

/* What `frame_parse` found: nothing whole yet, a frame, or bytes that no worker of ours sends. */
enum frame_state { FRAME_PARTIAL, FRAME_WHOLE, FRAME_MALFORMED };

static inline enum frame_state frame_parse(const uint8_t *data, size_t size, struct frame *f) {
  if (size < FRAME_HEADER) return FRAME_PARTIAL;
  memcpy(&f->length, data, 4);
  memcpy(&f->box, data + 8, 4);
  f->type = data[4];
  if (f->length > FRAME_PAYLOAD_MAX || data[5] || data[6] || data[7]) return FRAME_MALFORMED;
  return size - FRAME_HEADER < f->length ? FRAME_PARTIAL : FRAME_WHOLE;
}
