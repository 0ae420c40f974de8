/*
 * Fuzz target: everything of the launcher that parses bytes before any box exists, the frame header and the plan.
 *
 * `make fuzz` builds it with gcc's sanitizers and the driver below, which mutates valid plans from a seed, so that a failure can
 * be repeated: build/fuzz/parser SEED ROUNDS. `make fuzz-guided` builds it with clang and libFuzzer, which is guided by what the
 * code does; without arguments build/fuzz/parser prints a plan that it can begin with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plan.h"
#include "../wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_zygote(const struct plan_zygote *zygote) {
  size_t arguments = 0, variables = 0;
  if (zygote->executable[0] != '/') abort();
  while (zygote->arguments[arguments]) arguments++;
  while (zygote->environment[variables]) variables++;
  if (!arguments || arguments > PLAN_ZYGOTE_STRINGS_MAX || variables > PLAN_ZYGOTE_STRINGS_MAX) abort();
}

/* What a well-formed plan promises to the code that reads it later. */
static void check_plan(const struct plan *plan) {
  if (plan->lanes < 1 || plan->lanes > PLAN_LANES_MAX || !plan->hostname || !plan->work_directory || !plan->policy.filter_count)
    abort();
  for (size_t i = 0; i < plan->entry_count; i++) {
    const struct plan_entry *entry = &plan->entries[i];
    if (entry->path[0] != '/' || strstr(entry->path, "/../") || strstr(entry->path, "//")) abort();
    if (entry->data && entry->data[entry->data_size] != 0) abort();
  }
  if (plan->zygote_count > PLAN_ZYGOTES_MAX || plan->policy.rlimit_count > PLAN_RLIMITS_MAX) abort();
  for (size_t i = 0; i < plan->zygote_count; i++) check_zygote(&plan->zygotes[i]);
}

/* Frames one after another, as the launcher takes them from its inbox. */
static void check_frames(const uint8_t *data, size_t size) {
  struct frame frame;
  enum frame_state state;
  size_t done = 0;
  while ((state = frame_parse(data + done, size - done, &frame)) == FRAME_WHOLE) {
    if (frame.length > FRAME_PAYLOAD_MAX || frame.length > size - done - FRAME_HEADER) abort();
    done += FRAME_HEADER + frame.length;
  }
  if (state == FRAME_PARTIAL && size - done >= FRAME_HEADER + FRAME_PAYLOAD_MAX) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct plan plan;
  check_frames(data, size);
  /* A copy of its exact size, so that a read beyond the end is seen. */
  uint8_t *copy = malloc(size ? size : 1);
  if (!copy) return 0;
  memcpy(copy, data, size);
  if (!plan_parse(&plan, copy, size)) check_plan(&plan);
  if (plan.lanes > PLAN_LANES_MAX || plan.zygote_count > PLAN_ZYGOTES_MAX) abort(); /* a refused plan's are closed one by one */
  plan_free(&plan);
  free(copy);
  return 0;
}

#ifndef LIBFUZZER

enum { INPUT_MAX = 4096 };

static uint64_t random_state;

static uint32_t next_random(void) { /* xorshift64* */
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (uint32_t)((random_state * 2685821657736338717ull) >> 32);
}

static size_t put(uint8_t *at, uint16_t kind, const void *data, uint32_t size) {
  memcpy(at, &kind, sizeof kind);
  memcpy(at + 2, &size, sizeof size);
  memcpy(at + 6, data, size);
  return 6 + size;
}

/* One record of each kind. */
static size_t make_seed(uint8_t *at) {
  static const struct {
    uint16_t kind;
    uint32_t size;
    const char *data;
  } RECORDS[] = {
      {PLAN_LANES, 4, "\4\0\0\0"},
      {PLAN_HOSTNAME, 3, "box"},
      {PLAN_MEMORY, 8, "\0\0\0\20\0\0\0\0"},
      {PLAN_ROOT_DIR, 8, "\355\1\0\0/etc"},
      {PLAN_ROOT_FILE, 19, "\244\1\0\0\6\0\0\0/etc/alines"},
      {PLAN_ROOT_LINK, 15, "\4\0\0\0/binusr/bin"},
      {PLAN_ROOT_DEVICE, 21, "\266\1\0\0\1\0\0\0\3\0\0\0/dev/null"},
      {PLAN_ROOT_TREE, 12, "\4\0\0\0/usr/usr"},
      {PLAN_ROOT_BIND, 12, "\4\0\0\0/opt/opt"},
      {PLAN_STORE, 19, "\355\1\0\0\350\3\0\0\4\0\0\0/boxbox"},
      {PLAN_PROC, 5, "/proc"},
      {PLAN_MASK_FILE, 10, "/proc/keys"},
      {PLAN_MASK_DIR, 9, "/proc/irq"},
      {PLAN_READ_ONLY, 9, "/proc/sys"},
      {PLAN_SYSCTL, 14, "\11\0\0\0/proc/sys0"},
      {PLAN_RLIMIT, 16, "\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"},
      {PLAN_FILTER, 8, "\6\0\0\0\0\0\377\177"},
      {PLAN_ZYGOTE, 37, "\7\0\0\0/bin/sh\2\0\0\0\2\0\0\0sh\1\0\0\0x\1\0\0\0\3\0\0\0A=b"},
  };
  size_t size = 0;
  for (size_t i = 0; i < sizeof RECORDS / sizeof *RECORDS; i++)
    size += put(at + size, RECORDS[i].kind, RECORDS[i].data, RECORDS[i].size);
  return size;
}

static size_t mutate(uint8_t *data, size_t size) {
  for (uint32_t edits = 1 + next_random() % 6; edits && size; edits--) {
    size_t at = next_random() % size;
    switch (next_random() % 5) {
      case 0: data[at] = (uint8_t)next_random(); break;
      case 1: data[at] ^= (uint8_t)(1u << next_random() % 8); break;
      case 2: size = at; break;
      case 3: /* a part again */
        if (size * 2 < INPUT_MAX) {
          memmove(data + at + (size - at), data + at, size - at);
          size += size - at;
        }
        break;
      default: data[at] = (uint8_t)"/.\0\377"[next_random() % 4]; break;
    }
  }
  return size;
}

int main(int argc, char **argv) {
  uint64_t rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : 200000;
  random_state = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
  if (!random_state) random_state = 1;
  uint8_t seed[INPUT_MAX], data[INPUT_MAX * 2];
  size_t seed_size = make_seed(seed);
  if (argc == 1) return fwrite(seed, 1, seed_size, stdout) == seed_size ? 0 : 1;
  static struct plan plan;
  const char *wrong = plan_parse(&plan, seed, seed_size);
  plan_free(&plan);
  if (wrong) {
    fprintf(stderr, "the seed itself is refused: %s\n", wrong);
    return 1;
  }
  for (uint64_t i = 0; i < rounds; i++) {
    memcpy(data, seed, seed_size);
    LLVMFuzzerTestOneInput(data, mutate(data, seed_size));
  }
  printf("%llu inputs\n", (unsigned long long)rounds);
  return 0;
}

#endif
