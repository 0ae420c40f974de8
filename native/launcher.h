/* The resident process that makes boxes and starts programs in them, one per worker. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

struct launcher_options {
  int listener;         /* unix socket on which the worker connects, one connection at a time */
  int life_line;        /* end-of-file means that the supervisor is gone */
  int instance;         /* names our groups */
  uid_t worker_uid;     /* who may connect */
  uid_t first_id;       /* lanes take two ids each from here */
  bool is_reduced;      /* boxes go without groups */
  bool has_one_id;      /* there is no other than that: all lanes have it */
  const char *scratch;  /* existing directory that lanes cover with mounts of their own */
  char *const *sources; /* what boxes may show of the host, paths without links; ends with NULL */
};

/* Returns the exit status once the life line has ended and no box is left. */
int launcher_run(const struct launcher_options *options);
