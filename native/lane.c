/*
 * The root of a lane's boxes is a tmpfs of a few dozen entries. Trees of the host (/usr, toolchains) appear in it through an
 * overlay of each lane's own: its inodes belong to the lane, so locks, leases and watches on them never meet those of
 * another lane. Devices are made, not bound, for the same reason. The launcher builds it once and keeps only a descriptor
 * of the mount namespace; a box copies that namespace, which is small, and adds what must be fresh.
 *
 * Everything here runs in a short-lived child with the launcher's privileges, on names that only we have written.
 */
#include "lane.h"

#include <limits.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "system.h"
#include "wire.h"

/* A box path inside the root under construction, which is the current directory: "/etc/group" is "./etc/group". */
static const char *relative(const char *path) { return path + 1; }

static int make_parents(const char *path) {
  char part[PATH_MAX];
  snprintf(part, sizeof part, "%s", relative(path));
  for (char *slash = strchr(part, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    if (mkdir(part, 0755) && errno != EEXIST) return -1;
    *slash = '/';
  }
  return 0;
}

static int make_dir(const char *path, mode_t mode) {
  if (mkdir(relative(path), mode) && errno != EEXIST) return -1;
  return chmod(relative(path), mode);
}

static int make_file(const struct plan_entry *entry) {
  int fd = open(relative(entry->path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, entry->mode);
  if (fd < 0) return -1;
  ssize_t written = write(fd, entry->data, entry->data_size);
  int result = written == (ssize_t)entry->data_size ? fchmod(fd, entry->mode) : -1;
  close(fd);
  return result;
}

static int make_device(const struct plan_entry *entry) {
  if (mknod(relative(entry->path), S_IFCHR | entry->mode, makedev(entry->major, entry->minor))) return -1;
  return chmod(relative(entry->path), entry->mode);
}

static int set_read_only(const char *path) {
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
  if (DEFENCE("read_only")) attr.attr_set |= MOUNT_ATTR_RDONLY;
  return (int)syscall(SYS_mount_setattr, AT_FDCWD, path, AT_RECURSIVE, &attr, sizeof attr);
}

/* Lower layers are named relative to the scratch directory, so that `mountinfo` in a box tells nothing of the host. */
static int mount_tree(const char *source, const char *scratch, const char *target) {
  char lower[PATH_MAX];
  if (!DEFENCE("own_inodes"))
    return mount(source, target, NULL, MS_BIND, NULL) || set_read_only(target) || chdir(scratch) ? -1 : 0;
  snprintf(lower, sizeof lower, "%s/lower", scratch);
  if (mount(source, lower, NULL, MS_BIND, NULL) || chdir(scratch)) return -1;
  int result = mount("millrace", target, "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV, "lowerdir=lower:empty");
  if (umount2(lower, MNT_DETACH)) return -1;
  return result;
}

/* A file too is seen through an overlay, of the directory that it is in; nothing else in there appears. */
static int mount_file(const char *source, const char *scratch, const char *target) {
  char directory[PATH_MAX], view[PATH_MAX], file[PATH_MAX];
  const char *name = strrchr(source, '/') + 1;
  snprintf(directory, sizeof directory, "%.*s", (int)(name - source), source);
  snprintf(view, sizeof view, "%s/view", scratch);
  if (snprintf(file, sizeof file, "%s/%s", view, name) >= (int)sizeof file) return -1;
  if (mount_tree(directory, scratch, view)) return -1;
  int result = mount(file, target, NULL, MS_BIND, NULL) || set_read_only(target) ? -1 : 0;
  int error = errno;
  if (umount2(view, MNT_DETACH)) return -1;
  errno = error;
  return result;
}

static int make_target(const struct plan_entry *entry) {
  struct stat status;
  if (stat(entry->data, &status)) return -1;
  if (S_ISDIR(status.st_mode)) return make_dir(entry->path, 0755);
  int fd = open(relative(entry->path), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd >= 0) close(fd);
  return fd < 0 ? -1 : 0;
}

static int make_mount(const struct plan_entry *entry, const char *scratch) {
  char target[PATH_MAX];
  snprintf(target, sizeof target, "%s" LANE_ROOT "%s", scratch, entry->path);
  if (make_target(entry)) return -1;
  int result = (entry->kind == PLAN_ROOT_BIND ? mount_file : mount_tree)(entry->data, scratch, target);
  int error = errno;
  if (chdir(LANE_ROOT + 1)) return -1; /* back from the scratch directory */
  errno = error;
  return result;
}

static int make_entry(const struct plan_entry *entry, const char *scratch) {
  if (make_parents(entry->path)) return -1;
  switch (entry->kind) {
    case PLAN_ROOT_DIR: return make_dir(entry->path, entry->mode);
    case PLAN_ROOT_FILE: return make_file(entry);
    case PLAN_ROOT_LINK: return symlink(entry->data, relative(entry->path));
    case PLAN_ROOT_DEVICE: return make_device(entry);
    case PLAN_ROOT_TREE:
    case PLAN_ROOT_BIND: return make_mount(entry, scratch);
    case PLAN_STORE:
    case PLAN_PROC: return make_dir(entry->path, 0755); /* mounted per box */
    default: return 0;
  }
}

static int mount_tmpfs(const char *target, unsigned long flags, const char *options) {
  return mount("millrace", target, "tmpfs", flags, options);
}

/* The scratch directory becomes a tmpfs with the few places that lane.h names, and `proc` of the host: a box may only mount
 * a /proc of its own where a complete one can be seen. */
static int make_scratch(const char *scratch) {
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) return -1;
  if (mount_tmpfs(scratch, MS_NOSUID | MS_NODEV, "mode=0755,size=1m") || chdir(scratch)) return -1;
  const char *const places[] = {"proc", "root", "empty", "store", "lower", "view"};
  for (size_t i = 0; i < COUNT_OF(places); i++)
    if (mkdir(places[i], 0755)) return -1;
  if (mknod("nothing", S_IFREG | 0444, 0)) return -1;
  if (mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL)) return -1;
  if (mount_tmpfs("root", MS_NOSUID | MS_NODEV, "mode=0755,size=4m") || chdir("root")) return -1;
  return mkdir("dev", 0755) || mount_tmpfs("dev", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k") ? -1 : 0;
}

static int freeze(const char *target, unsigned long flags) {
  if (!DEFENCE("read_only")) return 0;
  return mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | flags, NULL);
}

/* The scratch tmpfs becomes the root of this namespace and everything of the host leaves it. */
static int leave_host(const char *scratch) {
  if (chdir(scratch) || syscall(SYS_pivot_root, ".", ".")) return -1;
  return umount2(".", MNT_DETACH);
}

static int build(const struct plan *plan, const char *scratch, const char **failed) {
  *failed = "namespace";
  if (unshare(CLONE_NEWNS) || make_scratch(scratch)) return -1;
  umask(0);
  for (size_t i = 0; i < plan->entry_count; i++) {
    *failed = plan->entries[i].path;
    if (make_entry(&plan->entries[i], scratch)) return -1;
  }
  *failed = "freeze";
  if (freeze("dev", MS_NOEXEC) || chdir("..") || freeze("root", MS_NODEV) || freeze(".", MS_NODEV)) return -1;
  *failed = "pivot_root";
  return leave_host(scratch);
}

struct lane_report {
  int error;
  char failed[128];
};

static void build_and_report(const struct plan *plan, const char *scratch, int report_fd) {
  const char *failed = NULL;
  struct lane_report report = {0};
  if (build(plan, scratch, &failed)) {
    report.error = errno;
    snprintf(report.failed, sizeof report.failed, "%s", failed);
  }
  if (write(report_fd, &report, sizeof report) != sizeof report) _exit(1);
  pause(); /* until the namespace has been taken and we are killed */
}

int lane_make(struct lane *lane, const struct plan *plan, const char *scratch, const char **failed) {
  static struct lane_report report;
  int ready[2];
  *failed = report.failed;
  report = (struct lane_report){.failed = "fork"};
  if (pipe2(ready, O_CLOEXEC)) return -1;
  pid_t builder = fork();
  if (builder == 0) build_and_report(plan, scratch, ready[1]);
  close(ready[1]);
  ssize_t got = builder < 0 ? -1 : RETRY(read(ready[0], &report, sizeof report));
  close(ready[0]);
  if (builder < 0) return -1;
  if (got == sizeof report && !report.error) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/mnt", builder);
    lane->mount_namespace = open(path, O_RDONLY | O_CLOEXEC);
    report.error = lane->mount_namespace < 0 ? errno : 0;
  }
  kill(builder, SIGKILL);
  RETRY(waitpid(builder, NULL, 0));
  errno = report.error;
  return report.error || got != sizeof report ? -1 : 0;
}

void lane_close(struct lane *lane) { close_fd(&lane->mount_namespace); }
