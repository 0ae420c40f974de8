/*
 * The root of a lane's boxes is a tmpfs of a few dozen entries. Trees of the host (/usr, toolchains) appear in it through an
 * overlay of each lane's own: its inodes belong to the lane, so locks, leases and watches on them never meet those of
 * another lane. Devices are made, not bound, for the same reason. The launcher builds it once and keeps only a descriptor
 * of the mount namespace; a box copies that namespace, which is small, and adds what must be fresh.
 *
 * Everything here runs in a short-lived child with the launcher's privileges. The names are the plan's, that is, the worker's;
 * but the sources are among those that the supervisor was told before there was a worker.
 */
#include "lane.h"

#include <limits.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "system.h"
#include "wire.h"

/* Entries are made one part of a path at a time, each from a descriptor of the directory before it and never through a link:
 * the plan is the worker's, and neither its links nor those of a tree that it shows may lead out of the root. */
struct place {
  int directory; /* owned */
  const char *name;
};

static int place_of(const char *path, int root, struct place *place) {
  char part[NAME_MAX + 1];
  place->directory = dup(root);
  for (const char *at = path + 1, *slash; (slash = strchr(at, '/')) && place->directory >= 0; at = slash + 1) {
    int above = place->directory;
    if ((size_t)(slash - at) >= sizeof part) return -1;
    snprintf(part, sizeof part, "%.*s", (int)(slash - at), at);
    if (mkdirat(above, part, 0755) && errno != EEXIST && errno != EROFS) return -1;
    place->directory = openat(above, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    close(above);
  }
  place->name = strrchr(path, '/') + 1;
  return place->directory < 0 ? -1 : 0;
}

static int make_dir(const struct place *at, mode_t mode) {
  return mkdirat(at->directory, at->name, mode) && errno != EEXIST ? -1 : 0;
}

static int make_file(const struct place *at, const struct plan_entry *entry, mode_t mode) {
  int fd = openat(at->directory, at->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (fd < 0) return -1;
  ssize_t written = entry->kind == PLAN_ROOT_FILE ? write(fd, entry->data, entry->data_size) : 0;
  close(fd);
  return entry->kind == PLAN_ROOT_FILE && written != (ssize_t)entry->data_size ? -1 : 0;
}

/* A descriptor from before the mount names what the mount hides: so it is looked up again. */
static int set_read_only(const struct place *at) {
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
  if (DEFENCE("read_only")) attr.attr_set |= MOUNT_ATTR_RDONLY;
  int fd = openat(at->directory, at->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return -1;
  int result = (int)syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr);
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

/* A directory (S_IFDIR) or file (S_IFREG), and no link on the way: one would lead somewhere else than what the supervisor was told. */
static int open_source(const char *path, mode_t type) {
  struct stat status;
  int source = sys_openat2(AT_FDCWD, path, O_PATH | O_CLOEXEC, DEFENCE("source_links") ? RESOLVE_NO_SYMLINKS : 0);
  if (source < 0) return -1;
  if (!fstat(source, &status) && (status.st_mode & S_IFMT) == type) return source;
  close(source);
  errno = type == S_IFDIR ? ENOTDIR : EINVAL;
  return -1;
}

static int bind_source(const char *path, mode_t type, const char *target) {
  char opened[64];
  int source = open_source(path, type);
  if (source < 0) return -1;
  snprintf(opened, sizeof opened, "/proc/self/fd/%d", source);
  int result = mount(opened, target, NULL, MS_BIND, NULL);
  int error = errno;
  close(source);
  errno = error;
  return result;
}

/* Lower layers are named relative to the scratch directory, where we are, so that `mountinfo` in a box tells nothing of the host. */
static int mount_tree(const char *source, const char *target) {
  if (!DEFENCE("own_inodes")) return bind_source(source, S_IFDIR, target);
  if (bind_source(source, S_IFDIR, "lower")) return -1;
  int result = mount("millrace", target, "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV, "lowerdir=lower:empty");
  int error = errno;
  if (umount2("lower", MNT_DETACH)) return -1;
  errno = error;
  return result;
}

/* A file too is seen through an overlay, of the directory that it is in; nothing else in there appears. */
static int mount_file(const char *source, const char *target) {
  char directory[PATH_MAX], file[PATH_MAX];
  const char *name = strrchr(source, '/') + 1;
  snprintf(directory, sizeof directory, "%.*s", (int)(name - source), source);
  snprintf(file, sizeof file, "view/%s", name);
  if (mount_tree(directory, "view")) return -1;
  int result = bind_source(file, S_IFREG, target);
  int error = errno;
  if (umount2("view", MNT_DETACH)) return -1;
  errno = error;
  return result;
}

static int make_mount(const struct place *at, const struct plan_entry *entry) {
  bool is_file = entry->kind == PLAN_ROOT_BIND;
  if (is_file ? make_file(at, entry, 0644) : make_dir(at, 0755)) return -1;
  int target = openat(at->directory, at->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (target < 0) return -1;
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", target);
  int result = (is_file ? mount_file : mount_tree)(entry->data, path) || set_read_only(at) ? -1 : 0;
  int error = errno;
  close(target);
  errno = error;
  return result;
}

/* The /proc of processes that there are none of: a box may only mount its own where a complete one can be seen, and that is all that
 * this one is for. Whoever mounts it is the last process of its namespace. */
static int mount_nobodys_proc(const struct place *at) {
  if (make_dir(at, 0755) || unshare(CLONE_NEWPID)) return -1;
  int target = openat(at->directory, at->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), status = 0;
  if (target < 0) return -1;
  pid_t mounter = fork();
  if (mounter == 0) {
    int failed = fchdir(target) || mount("proc", ".", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    _exit(failed ? errno : 0);
  }
  close(target);
  if (mounter < 0 || RETRY(waitpid(mounter, &status, 0)) < 0) return -1;
  errno = WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
  return errno ? -1 : 0;
}

/* In a user namespace no device can be made. The host's own is shown, once it is known to be what it is called. */
static int make_host_device(const struct place *at, const struct plan_entry *entry) {
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY};
  struct stat status;
  int tree = -1, result = -1, source = open(entry->data, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (source < 0 || fstat(source, &status)) return -1;
  errno = ENODEV;
  if (S_ISCHR(status.st_mode) && status.st_rdev == makedev(entry->major, entry->minor) && !make_file(at, entry, 0644)) {
    tree = (int)syscall(SYS_open_tree, source, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (tree >= 0 && !syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof attr))
      result = (int)syscall(SYS_move_mount, tree, "", at->directory, at->name, MOVE_MOUNT_F_EMPTY_PATH);
  }
  int error = errno;
  close_fd(&tree);
  close(source);
  errno = error;
  return result;
}

static int make_entry_at(const struct place *at, const struct plan_entry *entry) {
  switch (entry->kind) {
    case PLAN_ROOT_DIR: return make_dir(at, entry->mode);
    case PLAN_ROOT_FILE: return make_file(at, entry, entry->mode);
    case PLAN_ROOT_LINK: return symlinkat(entry->data, at->directory, at->name);
    case PLAN_ROOT_DEVICE:
      return mknodat(at->directory, at->name, S_IFCHR | entry->mode, makedev(entry->major, entry->minor));
    case PLAN_ROOT_HOST_DEVICE: return make_host_device(at, entry);
    case PLAN_ROOT_TREE:
    case PLAN_ROOT_BIND: return make_mount(at, entry);
    case PLAN_PROC: return mount_nobodys_proc(at);
    default: return make_dir(at, 0755); /* STORE: mounted per box */
  }
}

static bool is_of_the_lane(const struct plan_entry *entry) {
  return entry->kind < PLAN_STORE || entry->kind == PLAN_STORE || entry->kind == PLAN_PROC;
}

static int make_entry(const struct plan_entry *entry, int root) {
  struct place at;
  if (!is_of_the_lane(entry)) return 0;
  int result = place_of(entry->path, root, &at) || make_entry_at(&at, entry) ? -1 : 0;
  int error = errno;
  close_fd(&at.directory);
  errno = error;
  return result;
}

static int mount_tmpfs(const char *target, unsigned long flags, const char *options) {
  return mount("millrace", target, "tmpfs", flags, options);
}

/* The scratch directory becomes a tmpfs with the root to be and the places that mounting a tree takes. */
static int make_scratch(const char *scratch) {
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) return -1;
  if (mount_tmpfs(scratch, MS_NOSUID | MS_NODEV, "mode=0755,size=1m") || chdir(scratch)) return -1;
  const char *const places[] = {"root", "empty", "lower", "view"};
  for (size_t i = 0; i < COUNT_OF(places); i++)
    if (mkdir(places[i], 0755)) return -1;
  if (mount_tmpfs("root", MS_NOSUID | MS_NODEV, "mode=0755,size=4m")) return -1;
  return mkdir("root/dev", 0755) || mount_tmpfs("root/dev", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k") ? -1 : 0;
}

static const struct plan_entry COVERS[] = {{.kind = PLAN_ROOT_DIR, .mode = 0755, .path = LANE_EMPTY},
                                           {.kind = PLAN_ROOT_FILE, .mode = 0444, .path = LANE_NOTHING, .data = ""}};

static int freeze(const char *target, unsigned long flags) {
  if (!DEFENCE("read_only")) return 0;
  return mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | flags, NULL);
}

/* The box's root becomes the root of this namespace, and everything of the host leaves it. */
static int leave_host(void) {
  if (chdir("root") || syscall(SYS_pivot_root, ".", ".")) return -1;
  return umount2(".", MNT_DETACH);
}

static int build(const struct plan *plan, const char *scratch, const char **failed) {
  *failed = "namespace";
  if (unshare(CLONE_NEWNS) || make_scratch(scratch)) return -1;
  int root = open("root", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return -1;
  umask(0);
  for (size_t i = 0; i < COUNT_OF(COVERS) + plan->entry_count; i++) {
    const struct plan_entry *entry = i < COUNT_OF(COVERS) ? &COVERS[i] : &plan->entries[i - COUNT_OF(COVERS)];
    *failed = entry->path;
    if (make_entry(entry, root)) return -1;
  }
  close(root);
  *failed = "freeze";
  if (freeze("root/dev", MS_NOEXEC) || freeze("root", MS_NODEV)) return -1;
  *failed = "pivot_root";
  return leave_host();
}

struct lane_report {
  int error;
  char failed[128];
};

/* Lives until its namespace has been taken: until the launcher, or its death, closes the other end of the line. */
static _Noreturn void build_and_report(const struct plan *plan, const char *scratch, int line) {
  const char *failed = NULL;
  struct lane_report report = {0};
  char byte;
  if (dup2(line, 3) < 0) _exit(1);
  sys_close_range(4, ~0u); /* of the launcher: the worker's connection, the lock, the listener */
  if (build(plan, scratch, &failed)) {
    report.error = errno;
    snprintf(report.failed, sizeof report.failed, "%s", failed);
  }
  if (RETRY(write(3, &report, sizeof report)) == sizeof report) RETRY(read(3, &byte, 1));
  _exit(0);
}

void lane_init(struct lane *lane, uint32_t index, uid_t first_id, uid_t program_id) {
  *lane = (struct lane){.index = index, .mount_namespace = -1, .first_id = first_id, .program_id = program_id};
  network_init(&lane->network);
  for (size_t i = 0; i < PLAN_ZYGOTES_MAX; i++) lane->zygotes[i].requests = -1;
}

int lane_make(struct lane *lane, const struct plan *plan, const char *scratch, const char **failed) {
  static struct lane_report report;
  int line[2];
  *failed = report.failed;
  report = (struct lane_report){.error = ECHILD, .failed = "its builder"};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line)) return -1;
  pid_t builder = fork();
  if (builder == 0) build_and_report(plan, scratch, line[1]);
  if (builder < 0) report.error = errno;
  close(line[1]);
  if (builder > 0) RETRY(read(line[0], &report, sizeof report));
  if (!report.error) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/mnt", builder);
    lane->mount_namespace = open(path, O_RDONLY | O_CLOEXEC);
    if (lane->mount_namespace < 0) report.error = errno;
  }
  close(line[0]);
  if (builder > 0) RETRY(waitpid(builder, NULL, 0));
  errno = report.error;
  return report.error ? -1 : 0;
}

void lane_reaped(struct lane *lane, pid_t pid) {
  for (size_t i = 0; i < PLAN_ZYGOTES_MAX; i++)
    if (lane->zygotes[i].pid == pid) zygote_close(&lane->zygotes[i]);
}

void lane_close(struct lane *lane) {
  close_fd(&lane->mount_namespace);
  network_close(&lane->network);
  for (size_t i = 0; i < PLAN_ZYGOTES_MAX; i++) zygote_end(&lane->zygotes[i]);
}
