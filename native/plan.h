/* The plan of every box of a connection, as DEFINE brought it: parsed once, checked wholly, then only read. */
#pragma once
#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { PLAN_ENTRIES_MAX = 1024, PLAN_RLIMITS_MAX = 16, PLAN_FILTER_MAX = 4096, PLAN_LANES_MAX = 256, PLAN_ZYGOTES_MAX = 32,
       PLAN_ZYGOTE_STRINGS_MAX = 32 };

struct plan_entry {
  uint16_t kind;
  uint32_t mode;
  uint32_t owner;        /* STORE: 0 or 1000 */
  uint32_t major, minor; /* ROOT_DEVICE, ROOT_HOST_DEVICE */
  const char *path;
  const char *data; /* file content, link target, source, store name or sysctl value */
  size_t data_size;
};

/* What holds for every process of every box. No pointers: a zygote gets it as it stands here. */
struct plan_policy {
  struct {
    int resource;
    rlim_t value;
  } rlimits[PLAN_RLIMITS_MAX];
  size_t rlimit_count;
  struct sock_filter filter[PLAN_FILTER_MAX];
  size_t filter_count;
};

/* An interpreter that waits at its gate, to be forked; see gate.h. */
struct plan_zygote {
  const char *executable;
  char *arguments[PLAN_ZYGOTE_STRINGS_MAX + 1], *environment[PLAN_ZYGOTE_STRINGS_MAX + 1]; /* each ends with NULL */
};

struct plan {
  uint32_t lanes;
  uint64_t memory_bytes;
  const char *hostname;
  const char *work_directory; /* path of the first STORE */
  struct plan_entry entries[PLAN_ENTRIES_MAX];
  size_t entry_count;
  struct plan_zygote zygotes[PLAN_ZYGOTES_MAX];
  size_t zygote_count;
  struct plan_policy policy;
  char *text; /* owns every string above */
};

/* Reads a DEFINE payload. Returns NULL when it is well formed, else what is wrong with it. */
const char *plan_parse(struct plan *plan, const uint8_t *data, size_t size);
void plan_free(struct plan *plan);
