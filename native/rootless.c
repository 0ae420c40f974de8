/*
 * Subordinate ids are given by the host's newuidmap and newgidmap, which have the right to. They are told of a process that has made
 * its namespace already and stands outside of it themselves: a child that was born before.
 */
#include "rootless.h"

#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "system.h"

static int run_mapper(const char *program, pid_t target, unsigned own, unsigned first, unsigned count) {
  char numbers[4][16];
  const unsigned values[] = {(unsigned)target, own, first, count};
  for (size_t i = 0; i < COUNT_OF(numbers); i++) snprintf(numbers[i], sizeof numbers[i], "%u", values[i]);
  pid_t mapper = fork();
  if (mapper == 0) {
    execlp(program, program, numbers[0], "0", numbers[1], "1", "1", numbers[2], numbers[3], (char *)NULL);
    fprintf(stderr, "launcher: %s: %s\n", program, strerror(errno));
    _exit(1);
  }
  int status = 1;
  return mapper < 0 || RETRY(waitpid(mapper, &status, 0)) < 0 || status ? -1 : 0;
}

/* The child outside: waits until its parent stands in the namespace, has it given its ids, and says by its end how that went. */
static _Noreturn void map_parent(int line, const struct rootless *ids, uid_t uid, gid_t gid) {
  char byte;
  const pid_t parent = getppid();
  if (RETRY(read(line, &byte, 1)) != 1) _exit(1);
  _exit(run_mapper("newuidmap", parent, uid, ids->first_uid, ids->count) ||
        run_mapper("newgidmap", parent, gid, ids->first_gid, ids->count));
}

static const char *enter_with_many(const struct rootless *ids) {
  int line[2], status = 1;
  if (pipe2(line, O_CLOEXEC)) return "pipe";
  pid_t child = fork();
  if (child == 0) {
    close(line[1]);
    map_parent(line[0], ids, getuid(), getgid());
  }
  close(line[0]);
  bool is_in = child > 0 && !unshare(CLONE_NEWUSER);
  const int error = errno;
  bool is_asked = is_in && write(line[1], "", 1) == 1;
  close(line[1]);
  if (child > 0) RETRY(waitpid(child, &status, 0));
  errno = error;
  if (!is_in) return "a user namespace";
  errno = EPERM;
  return is_asked && !status ? NULL : "subordinate ids (newuidmap, newgidmap)";
}

static int write_text(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t written = write(fd, text, strlen(text));
  close(fd);
  return written < 0 ? -1 : 0;
}

static int map_own(const char *path, unsigned id) {
  char map[32];
  snprintf(map, sizeof map, "0 %u 1", id);
  return write_text(path, map);
}

/* Whoever maps its own id may not drop groups in there, since a group may also be what keeps a user from something. */
static const char *enter_with_one(uid_t uid, gid_t gid) {
  gid_t groups[64];
  int count = getgroups(COUNT_OF(groups), groups);
  for (int i = 0; i < count; i++)
    if (groups[i] != gid) count = -1;
  errno = EPERM;
  if (count < 0) return "without subordinate ids programs would keep this user's groups";
  if (unshare(CLONE_NEWUSER)) return "a user namespace";
  if (write_text("/proc/self/setgroups", "deny") || map_own("/proc/self/uid_map", uid) || map_own("/proc/self/gid_map", gid))
    return "a user namespace's ids";
  return NULL;
}

const char *rootless_enter(const struct rootless *ids) {
  const char *failed = ids->count ? enter_with_many(ids) : enter_with_one(getuid(), getgid());
  if (failed) return failed;
  if (setresgid(0, 0, 0) || setresuid(0, 0, 0)) return "root of a user namespace";
  return ids->count && setgroups(0, NULL) ? "groups of a user namespace" : NULL;
}
