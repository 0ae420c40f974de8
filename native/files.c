#include "files.h"

#include <dirent.h>
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

struct walk {
  int entries_left;
  bool is_complete;
  void (*found)(void *context, const char *path, uint64_t size);
  void *context;
};

static void visit(struct walk *walk, int parent, const char *name, const char *path, int depth);

static void visit_entry(struct walk *walk, int fd, const char *path, const char *name, int depth) {
  char child[FILES_PATH_MAX];
  struct stat status;
  int length = snprintf(child, sizeof child, "%s%s%s", path, path[0] ? "/" : "", name);
  if (length < 0 || (size_t)length >= sizeof child) {
    walk->is_complete = false;
  } else if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW)) {
    return;
  } else if (S_ISREG(status.st_mode) || (!DEFENCE("list_regular") && S_ISLNK(status.st_mode))) {
    walk->found(walk->context, child, (uint64_t)status.st_size);
  } else if (S_ISDIR(status.st_mode)) {
    visit(walk, fd, name, child, depth + 1);
  }
}

/* Each directory is opened from the one above it, so that a deep tree costs no more than a flat one. */
static void visit(struct walk *walk, int parent, const char *name, const char *path, int depth) {
  int fd = depth > FILES_DEPTH_MAX ? -1 : open_beneath(parent, name, O_DIRECTORY);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (!dir) {
    walk->is_complete = false;
    close_fd(&fd);
    return;
  }
  for (struct dirent *entry; (entry = readdir(dir));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    if (walk->entries_left-- <= 0) {
      walk->is_complete = false;
      break;
    }
    visit_entry(walk, dirfd(dir), path, entry->d_name, depth);
  }
  closedir(dir);
}

bool files_list(int directory, void (*found)(void *context, const char *path, uint64_t size), void *context) {
  struct walk walk = {.entries_left = FILES_ENTRIES_MAX,
                      .is_complete = true,
                      .found = found,
                      .context = context};
  visit(&walk, directory, ".", "", 0);
  return walk.is_complete;
}
