#include "instance.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "ids.h"
#include "system.h"

enum {
  INSTANCES = 64,
  /* Levels of directories that are removed; deeper ones only somebody makes who wants to be in the way. */
  DEPTH_MAX = 32,
  /* Above every range that distributions and container managers hand out (systemd leaves 1879048192 to 2147483647 unused). */
  FIRST_ID = 1900000000
};

/* Root's instances have a user of their own each for the worker, then those of boxes. In the namespace of another user the worker
 * is that user itself, number 0 there; boxes have the subordinate ids, or number 0 too when there are none. */
static void name_ids(struct instance *instance) {
  const uid_t own = (uid_t)(instance->number * IDS_PER_INSTANCE);
  const bool is_root = instance->place->is_root;
  instance->worker_uid = is_root ? FIRST_ID + own : 0;
  instance->first_id = is_root ? FIRST_ID + own + 2 : instance->place->id_count ? 1 + own : 0;
}

static void name(struct instance *instance, const struct instance_place *place, int number) {
  const char *missing;
  instance->number = number;
  instance->place = place;
  instance->lock = -1;
  name_ids(instance);
  snprintf(instance->lock_path, sizeof instance->lock_path, "%s/%d.lock", place->directory, number);
  snprintf(instance->directory, sizeof instance->directory, "%s/%d", place->directory, number);
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

/* As many as have ids of their own. Those without any share one, and are told apart by their processes alone. In the namespace of an
 * ordinary user the last one's ids would include 65534, by which the kernel calls whoever has no number in there. */
static int most(const struct instance_place *place) {
  const unsigned with_ids = place->id_count / IDS_PER_INSTANCE;
  if (place->is_root || !place->id_count) return INSTANCES;
  return with_ids < INSTANCES ? (int)with_ids : INSTANCES - 1;
}

/* Of its boxes and zygotes; none where they have the user's own. */
static struct ids ids_of_boxes(const struct instance *instance) {
  const struct instance_place *place = instance->place;
  const uid_t before = place->is_root ? instance->first_id - instance->worker_uid : 0;
  return (struct ids){instance->first_id, place->is_root || place->id_count ? IDS_PER_INSTANCE - before : 0};
}

void instance_sweep(const struct instance *instance) {
  if (cgroup_tree_sweep(&instance->groups)) fprintf(stderr, "launcher: control groups stayed: %s\n", strerror(errno));
  if (!DEFENCE("end_boxes") || !instance->place->is_reduced) return;
  if (ids_end_users(ids_of_boxes(instance))) fprintf(stderr, "launcher: processes of boxes stayed: %s\n", strerror(errno));
}

/* What a server has left, and no group holds, could do to the next one of its user whatever that can do itself: as long as it lives
 * the place is not free. Nor is it while a server in a container, which does not see our locks, has these ids. */
static bool is_free(const struct instance *instance) {
  instance_sweep(instance);
  if (!DEFENCE("unused_ids")) return true;
  const struct ids all = {instance->worker_uid, IDS_PER_INSTANCE};
  return !ids_are_used(instance->place->is_root ? all : ids_of_boxes(instance));
}

bool instance_take(struct instance *instance, const struct instance_place *place) {
  for (int number = 0; number < most(place); number++) {
    name(instance, place, number);
    do {
      if (mkdir(place->directory, place->is_root ? 0755 : 0700) && errno != EEXIST) return false;
      if (!lock(instance, O_CREAT)) continue;
      if (is_free(instance)) return true;
      close(instance->lock);
    } while (instance->lock < 0 && errno == ENOENT); /* the last other instance has just taken the directory with it */
    if (instance->lock < 0) return false;
  }
  errno = EBUSY;
  return false;
}

void instance_remove_dead(const struct instance *own) {
  struct instance dead;
  for (int number = 0; number < most(own->place); number++) {
    name(&dead, own->place, number);
    if (number == own->number || !lock(&dead, 0)) continue;
    instance_sweep(&dead);
    instance_remove(&dead);
    close(dead.lock);
  }
}

/* Takes the descriptor. Each directory becomes ours first: nobody fills it on while it is emptied. */
static void empty(int directory, int depth) {
  DIR *list = fdopendir(directory);
  if (!list) {
    close_fd(&directory);
    return;
  }
  if (fchown(directory, 0, 0)) depth = 0;
  for (struct dirent *entry; (entry = readdir(list));) {
    const char *name = entry->d_name;
    if (!strcmp(name, ".") || !strcmp(name, "..") || !unlinkat(directory, name, 0) || errno != EISDIR || !depth) continue;
    empty(openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), depth - 1);
    unlinkat(directory, name, AT_REMOVEDIR);
  }
  closedir(list);
}

void instance_empty(const struct instance *instance) {
  empty(open(instance->directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), DEPTH_MAX);
}

void instance_remove(const struct instance *instance) {
  instance_empty(instance);
  rmdir(instance->directory);
  unlink(instance->lock_path);
  rmdir(instance->place->directory);
}
