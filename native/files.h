/* Looking at a work directory after every process of its box is dead. Its names were chosen by a program that may be hostile:
 * nothing is opened but plain files beneath it, without following a link or crossing a mount. */
#pragma once
#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FILES_ENTRIES_MAX = 4096, FILES_DEPTH_MAX = 32, FILES_PATH_MAX = 1024 };

/* A walk over everything there is, in parts: all of it may take longer than others can wait. */
struct files_walk {
  int depth; /* how many directories are open, each in the one before it; 0 when the walk is over */
  struct {
    DIR *dir;
    size_t path_size; /* how much of `path` leads there */
  } open[FILES_DEPTH_MAX + 1];
  char path[FILES_PATH_MAX];
  int entries_left;
  bool is_complete; /* nothing had to be left out */
};

void files_walk_begin(struct files_walk *walk, int directory);
/* Looks at some entries more and calls `found` for each regular file. */
void files_walk_on(struct files_walk *walk, void (*found)(void *context, const char *path, uint64_t size), void *context);
void files_walk_end(struct files_walk *walk);
/* Opens one file for reading: its descriptor, or -1 with errno; EFBIG when it is longer than `max_bytes`. */
int files_open(int directory, const char *path, uint64_t max_bytes, uint64_t *size);
