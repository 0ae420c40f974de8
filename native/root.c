#include "root.h"

#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "lane.h"
#include "system.h"
#include "wire.h"

/* One tmpfs holds all that the program may write, so that one limit covers it. Its root and those directories are no
 * inodes of the program's. It lies beneath the work directory, and is the current directory until all of it is in place. */
static int mount_store(const struct plan *plan, const struct root_sizes *sizes) {
  uint32_t own = 1;
  for (size_t i = 0; i < plan->entry_count; i++) own += plan->entries[i].kind == PLAN_STORE;
  char options[96];
  snprintf(options, sizeof options, "mode=0755,size=%llu,nr_inodes=%u", (unsigned long long)sizes->disk_bytes,
           sizes->inodes + own);
  unsigned long flags = MS_NODEV | (DEFENCE("nosuid") ? MS_NOSUID : 0);
  if (mount("millrace", plan->work_directory, "tmpfs", flags, options)) return -1;
  return chdir(plan->work_directory);
}

static int mount_store_dir(const struct plan_entry *entry, uid_t root) {
  const uid_t owner = entry->owner ? entry->owner : root;
  const char *name = entry->data;
  if (mkdir(name, 0700) || chown(name, owner, owner) || chmod(name, entry->mode)) return -1;
  return mount(name, entry->path, NULL, MS_BIND, NULL);
}

static int mount_proc(const struct plan_entry *entry) {
  const char *options = DEFENCE("hidepid") ? "hidepid=invisible" : "";
  return mount("proc", entry->path, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, options);
}

static int write_sysctl(const struct plan_entry *entry) {
  int fd = open(entry->path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t written = write(fd, entry->data, entry->data_size);
  close(fd);
  return written == (ssize_t)entry->data_size ? 0 : -1;
}

static int mount_mask(const struct plan_entry *entry) {
  if (!DEFENCE("proc_masks")) return 0;
  const char *cover = entry->kind == PLAN_MASK_DIR ? LANE_EMPTY : LANE_NOTHING;
  if (!mount(cover, entry->path, NULL, MS_BIND, NULL)) return 0;
  return errno == ENOENT ? 0 : -1;
}

static int make_read_only(const struct plan_entry *entry) {
  if (!DEFENCE("read_only_proc")) return 0;
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
  return (int)syscall(SYS_mount_setattr, AT_FDCWD, entry->path, 0, &attr, sizeof attr);
}

static enum stage make_entry(const struct plan_entry *entry, uid_t root) {
  switch (entry->kind) {
    case PLAN_STORE: return mount_store_dir(entry, root) ? STAGE_STORE : STAGE_NONE;
    case PLAN_PROC: return mount_proc(entry) ? STAGE_PROC : STAGE_NONE;
    case PLAN_SYSCTL: return write_sysctl(entry) ? STAGE_SYSCTL : STAGE_NONE;
    case PLAN_MASK_FILE:
    case PLAN_MASK_DIR: return mount_mask(entry) ? STAGE_MASK : STAGE_NONE;
    case PLAN_READ_ONLY: return make_read_only(entry) ? STAGE_MASK : STAGE_NONE;
    default: return STAGE_NONE; /* the lane's */
  }
}

enum stage root_make(const struct plan *plan, const struct root_sizes *sizes, uid_t root, unsigned *index) {
  *index = 0;
  umask(0);
  if (mount_store(plan, sizes)) return STAGE_STORE;
  for (; *index < plan->entry_count; ++*index) {
    enum stage failed = make_entry(&plan->entries[*index], root);
    if (failed != STAGE_NONE) return failed;
  }
  *index = 0;
  if (sethostname(plan->hostname, strlen(plan->hostname))) return STAGE_HOSTNAME;
  if (chdir("/")) return STAGE_STORE;
  umask(022);
  return STAGE_NONE;
}
