/*
 * What both drivers of the benchmark share: a clock, stamps, and answers as lines of JSON.
 *
 * A driver reads commands from its standard input, one a line, and answers each with one line. It ends at end-of-file.
 */
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_RUNS = 100000 };

static inline void die(const char *what) {
  perror(what);
  exit(1);
}

static inline double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Processor time that this process itself has used, milliseconds. */
static inline double own_cpu_ms(void) {
  struct timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

/* Where a source has this, each run gets a number in its place that no run ever had: a source that nobody has seen before. */
static const char STAMP[] = "@@@@@@@@@@@@@@@@";

static inline char *find_stamp(char *text, size_t bytes) {
  return memmem(text, bytes, STAMP, sizeof STAMP - 1);
}

static inline void write_stamp(char *place) {
  struct timespec now;
  char digits[sizeof STAMP];
  clock_gettime(CLOCK_REALTIME, &now);
  snprintf(digits, sizeof digits, "%016llx", (unsigned long long)now.tv_sec * 1000000000ULL + (unsigned long long)now.tv_nsec);
  memcpy(place, digits, sizeof STAMP - 1);
}

/* A list of numbers that several threads add to; what goes beyond its end is only counted. */
struct samples {
  uint32_t count;
  float values[MOST_RUNS];
};

static inline void add_sample(struct samples *samples, double value) {
  uint32_t index = __atomic_fetch_add(&samples->count, 1, __ATOMIC_RELAXED);
  if (index < MOST_RUNS) samples->values[index] = (float)value;
}

static inline void print_samples(const char *name, const struct samples *samples) {
  uint32_t count = samples->count < MOST_RUNS ? samples->count : MOST_RUNS;
  printf("\"%s\":[", name);
  for (uint32_t i = 0; i < count; i++) printf("%s%.4f", i == 0 ? "" : ",", (double)samples->values[i]);
  printf("]");
}
