/* Signals of the supervisor and the launcher: children's ends arrive at a descriptor, requests to stop do not arrive at all
 * (life lines alone end these processes), and programs start with none of that. */
#pragma once
#include <sys/types.h>

/* A descriptor that is readable when children have ended, or -1 with errno. Ignores what would stop us. */
int signals_open(void);
/* Empties that descriptor. */
void signals_drain(int fd);
/* Undoes what `signals_open` did, in a child. */
void signals_reset(void);
/* In a child: ends it with its parent, even where it hangs, until it changes its user. */
void signals_die_with(pid_t parent);
