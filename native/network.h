/* The network namespace of a lane: only a loopback device, without any way out. Making and unmaking one costs more than the rest
 * of a box together, and most programs never touch theirs. So the next box gets the same one as long as the kernel's own
 * counters and tables say that it is as new. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { NETWORK_FILES = 5, NETWORK_READING_MAX = 32 << 10 };

struct network {
  int namespace; /* descriptor, or -1: the next box makes one */
  int files[NETWORK_FILES];
  char *reading; /* what they said when it was new */
  size_t reading_size;
};

void network_init(struct network *network);
/* Raises loopback in the namespace of this process, which has just made it. Returns 0, or -1 with errno. */
int network_raise(void);
/* Takes hold of the namespace that a process has made and nothing has used yet. Returns 0, or -1 with errno. */
int network_open(struct network *network, pid_t member);
/* Lets go of it unless it is as new. No process may be left in it. */
void network_settle(struct network *network);
void network_close(struct network *network);
