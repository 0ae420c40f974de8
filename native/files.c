#include "files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "system.h"

static int open_beneath(int directory, const char *path, uint64_t flags) {
  uint64_t resolve = RESOLVE_NO_MAGICLINKS;
  if (DEFENCE("resolve_beneath")) resolve |= RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  return sys_openat2(directory, path, flags | O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, resolve);
}

int files_open(int directory, const char *path, uint64_t max_bytes, uint64_t *size) {
  struct stat status;
  int fd = open_beneath(directory, path, DEFENCE("resolve_beneath") ? O_NOFOLLOW : 0);
  if (fd < 0) return -1;
  int error = 0;
  if (fstat(fd, &status)) error = errno;
  else if (!S_ISREG(status.st_mode) || status.st_nlink > 1) error = EINVAL;
  else if ((uint64_t)status.st_size > max_bytes) error = EFBIG;
  if (!error) {
    *size = (uint64_t)status.st_size;
    return fd;
  }
  close(fd);
  errno = error;
  return -1;
}

/* How many entries are looked at in one part of a walk: well below a millisecond, were each a directory. */
enum { ENTRIES_AT_ONCE = 32 };

/* Each directory is opened from the one above it, so that a deep tree costs no more than a flat one. */
static void enter(struct files_walk *walk, int parent, const char *name, size_t path_size) {
  int fd = walk->depth > FILES_DEPTH_MAX ? -1 : open_beneath(parent, name, O_DIRECTORY);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (dir) {
    walk->open[walk->depth].dir = dir;
    walk->open[walk->depth].path_size = path_size;
    walk->depth++;
    return;
  }
  walk->is_complete = false;
  close_fd(&fd);
}

static void leave(struct files_walk *walk) { closedir(walk->open[--walk->depth].dir); }

/* The path is the directory's, with the name behind it. */
static void visit(struct files_walk *walk, const char *name, void (*found)(void *, const char *, uint64_t), void *context) {
  const int directory = dirfd(walk->open[walk->depth - 1].dir);
  const size_t above = walk->open[walk->depth - 1].path_size, left = sizeof walk->path - above;
  struct stat status;
  int size = snprintf(walk->path + above, left, "%s%s", above ? "/" : "", name);
  if (size < 0 || (size_t)size >= left) {
    walk->is_complete = false;
  } else if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW)) {
    return;
  } else if (S_ISREG(status.st_mode) || (!DEFENCE("list_regular") && S_ISLNK(status.st_mode))) {
    found(context, walk->path, (uint64_t)status.st_size);
  } else if (S_ISDIR(status.st_mode)) {
    enter(walk, directory, name, above + (size_t)size);
  }
}

void files_walk_begin(struct files_walk *walk, int directory) {
  walk->depth = 0;
  walk->entries_left = FILES_ENTRIES_MAX;
  walk->is_complete = true;
  enter(walk, directory, ".", 0);
}

void files_walk_on(struct files_walk *walk, void (*found)(void *context, const char *path, uint64_t size), void *context) {
  for (int steps = 0; walk->depth && steps < ENTRIES_AT_ONCE; steps++) {
    struct dirent *entry = readdir(walk->open[walk->depth - 1].dir);
    if (!entry) {
      leave(walk);
    } else if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) {
      continue;
    } else if (walk->entries_left-- > 0) {
      visit(walk, entry->d_name, found, context);
    } else {
      walk->is_complete = false;
      files_walk_end(walk);
    }
  }
}

void files_walk_end(struct files_walk *walk) {
  while (walk->depth) leave(walk);
}
