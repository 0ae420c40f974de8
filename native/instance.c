#include "instance.h"

#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "system.h"

#define RUNTIME_DIRECTORY "/run/millrace"

enum {
  INSTANCES = 64,
  /* Above every range that distributions and container managers hand out (systemd leaves 1879048192 to 2147483647 unused). */
  FIRST_ID = 1900000000,
  IDS_PER_INSTANCE = 1024
};

static void name(struct instance *instance, int number) {
  const char *missing;
  instance->number = number;
  instance->lock = -1;
  instance->worker_uid = FIRST_ID + (uid_t)(number * IDS_PER_INSTANCE);
  snprintf(instance->lock_path, sizeof instance->lock_path, RUNTIME_DIRECTORY "/%d.lock", number);
  snprintf(instance->directory, sizeof instance->directory, RUNTIME_DIRECTORY "/%d", number);
  snprintf(instance->socket_path, sizeof instance->socket_path, "%s/launcher.sock", instance->directory);
  cgroup_find(&instance->groups, number, &missing);
}

/* Takes its lock, which is free exactly when neither supervisor nor launcher of it lives. One that ends removes its file: a lock
 * of a removed file is none. False with the lock -1 when there is no file. */
static bool lock(struct instance *instance, int create) {
  struct stat ours, named;
  for (;; close(instance->lock)) {
    instance->lock = open(instance->lock_path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | create, 0600);
    if (instance->lock < 0) return false;
    if (flock(instance->lock, LOCK_EX | LOCK_NB)) break;
    if (!fstat(instance->lock, &ours) && !stat(instance->lock_path, &named) && ours.st_ino == named.st_ino) return true;
  }
  close(instance->lock);
  return false;
}

bool instance_take(struct instance *instance) {
  for (int number = 0; number < INSTANCES; number++) {
    name(instance, number);
    do {
      if (mkdir(RUNTIME_DIRECTORY, 0755) && errno != EEXIST) return false;
      if (lock(instance, O_CREAT)) return true;
    } while (instance->lock < 0 && errno == ENOENT); /* the last other instance has just taken the directory with it */
    if (instance->lock < 0) return false;
  }
  errno = EBUSY;
  return false;
}

void instance_remove_dead(const struct instance *own) {
  struct instance dead;
  for (int number = 0; number < INSTANCES; number++) {
    name(&dead, number);
    if (number == own->number || !lock(&dead, 0)) continue;
    if (cgroup_tree_sweep(&dead.groups)) fprintf(stderr, "launcher: control groups stayed: %s\n", strerror(errno));
    instance_remove(&dead);
    close(dead.lock);
  }
}

void instance_remove(const struct instance *instance) {
  unlink(instance->socket_path);
  rmdir(instance->directory);
  unlink(instance->lock_path);
  rmdir(RUNTIME_DIRECTORY);
}
