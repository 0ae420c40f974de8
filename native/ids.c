#include "ids.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "system.h"

enum { END_DEADLINE_US = 5 * 1000 * 1000, NEXT_LOOK_US = 500 };

static bool is_among(struct ids ids, uid_t id) { return id >= ids.first && id - ids.first < ids.count; }

/* By its `status`: of one that may not be looked into, all files are root's. */
static bool has_one(int process, struct ids ids) {
  char text[1024];
  int fd = openat(process, "status", O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? -1 : RETRY(read(fd, text, sizeof text - 1));
  close_fd(&fd);
  text[got > 0 ? got : 0] = 0;
  const char *state = strstr(text, "\nState:\t"), *owner = strstr(text, "\nUid:\t");
  uid_t real, effective, saved;
  if (!state || !owner || strchr("ZX", state[8]) || sscanf(owner, "\nUid:\t%u\t%u\t%u", &real, &effective, &saved) != 3) return false;
  return is_among(ids, real) || is_among(ids, effective) || is_among(ids, saved);
}

/* Sends all of them a signal, or none with 0. How many there are. A directory of /proc stays that of its process: no other one that
 * has got its number meanwhile is meant. */
static unsigned signal_users(struct ids ids, int signal) {
  unsigned found = 0;
  DIR *proc = ids.count ? opendir("/proc") : NULL;
  for (struct dirent *entry; proc && (entry = readdir(proc));) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    int process = openat(dirfd(proc), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (process >= 0 && has_one(process, ids)) {
      found++;
      if (signal) sys_pidfd_send_signal(process, signal);
    }
    close_fd(&process);
  }
  if (proc) closedir(proc);
  return found;
}

bool ids_are_used(struct ids ids) { return signal_users(ids, 0) > 0; }

int ids_end_users(struct ids ids) {
  for (int64_t deadline = now_us() + END_DEADLINE_US; signal_users(ids, SIGKILL);) {
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    errno = EBUSY;
    if (now_us() > deadline) return -1;
    usleep(NEXT_LOOK_US);
  }
  return 0;
}
