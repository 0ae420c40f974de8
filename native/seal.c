#include "seal.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/prctl.h>

#include "script.h"
#include "system.h"

/* No capability by exec of a root file, none kept or raised by a change of ids, and none of that can be undone. */
static const unsigned long SECUREBITS = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                        SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                                        SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

typedef struct __user_cap_header_struct cap_header;
typedef struct __user_cap_data_struct cap_sets[_LINUX_CAPABILITY_U32S_3];

static int fail(int wrong) {
  errno = wrong;
  return -1;
}

static int close_others(const struct seal *seal) {
  if (!DEFENCE("close_range")) return 0;
  if (!seal->has_script) return sys_close_range((unsigned)seal->keep, ~0u);
  return sys_close_range((unsigned)seal->keep, SCRIPT_FD - 1) || sys_close_range(SCRIPT_STATUS_FD + 1, ~0u) ? -1 : 0;
}

static int set_rlimits(const struct plan_policy *policy, unsigned *index) {
  for (*index = 0; *index < policy->rlimit_count; ++*index) {
    const __rlimit_resource_t resource = (__rlimit_resource_t)policy->rlimits[*index].resource;
    const rlim_t wanted = policy->rlimits[*index].value;
    struct rlimit value, current;
    if (getrlimit(resource, &current)) return -1;
    /* What we were given less of than the plan allows, we cannot raise: the lower one holds. */
    value.rlim_max = wanted < current.rlim_max ? wanted : current.rlim_max;
    value.rlim_cur = value.rlim_max;
    if (setrlimit(resource, &value)) return -1;
  }
  *index = 0;
  return 0;
}

/* Up to the first number that the kernel does not know. */
static int drop_bounding(unsigned *index) {
  if (!DEFENCE("bounding")) return 0;
  for (*index = 0; !prctl(PR_CAPBSET_DROP, *index); ++*index) continue;
  if (errno != EINVAL || *index <= CAP_LAST_CAP) return -1;
  *index = 0;
  return 0;
}

static int clear_ambient(void) { return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); }

static int drop_capabilities(void) {
  if (!DEFENCE("capabilities")) return 0;
  cap_header header = {.version = _LINUX_CAPABILITY_VERSION_3};
  cap_sets none = {0};
  return (int)syscall(SYS_capset, &header, none);
}

static int install_filter(const struct seal *seal) {
  if (!DEFENCE("seccomp")) return 0;
  if (seal->is_still) return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
  const struct plan_policy *policy = seal->policy;
  struct sock_fprog program = {.len = (unsigned short)policy->filter_count, .filter = (struct sock_filter *)policy->filter};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* The strict mode of a still process cannot be asked for: asking would be the end of it. */
static bool has_filter(const struct seal *seal) {
  return !DEFENCE("seccomp") || seal->is_still || prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER;
}

static int set_no_new_privs(void) {
  if (!DEFENCE("no_new_privs")) return 0;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* None, or the one that it has anyhow: that cannot be dropped in the namespace of a user who has no subordinate ids. */
static bool has_no_group_but(gid_t id) {
  gid_t groups[64];
  int count = getgroups(COUNT_OF(groups), groups);
  for (int i = 0; i < count; i++)
    if (groups[i] != id) return false;
  return count >= 0;
}

static bool has_ids(uid_t id) {
  uid_t ruid, euid, suid;
  gid_t rgid, egid, sgid;
  return !getresuid(&ruid, &euid, &suid) && !getresgid(&rgid, &egid, &sgid) && ruid == id && euid == id && suid == id &&
         rgid == id && egid == id && sgid == id && has_no_group_but(id);
}

static bool has_capability(void) {
  cap_header header = {.version = _LINUX_CAPABILITY_VERSION_3};
  cap_sets sets;
  if (syscall(SYS_capget, &header, sets)) return true;
  for (size_t i = 0; i < COUNT_OF(sets); i++)
    if (sets[i].effective || sets[i].permitted || sets[i].inheritable) return true;
  /* Ambient capabilities are among the permitted ones, of which there is none. */
  for (int cap = 0, held; (held = prctl(PR_CAPBSET_READ, cap)) >= 0; cap++)
    if (held) return true;
  return false;
}

static bool has_rlimits(const struct plan_policy *policy) {
  for (size_t i = 0; i < policy->rlimit_count; i++) {
    struct rlimit held;
    if (getrlimit((__rlimit_resource_t)policy->rlimits[i].resource, &held) || held.rlim_max > policy->rlimits[i].value)
      return false;
  }
  return true;
}

/* Believes nothing that was set above: asks the kernel, and tries to become root. */
static int verify(const struct seal *seal) {
  if (WITHOUT[0]) return 0; /* a mutated build lacks one of them on purpose */
  if (!has_ids(seal->uid)) return fail(EUCLEAN);
  if (has_capability()) return fail(EPERM);
  if ((unsigned long)prctl(PR_GET_SECUREBITS) != SECUREBITS) return fail(EACCES);
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return fail(ENOKEY);
  if (prctl(PR_GET_DUMPABLE) != seal->is_open) return fail(EROFS);
  if (!has_rlimits(seal->policy)) return fail(ERANGE);
  if (getsid(0) != getpid()) return fail(ESRCH);
  if (!setresuid(0, 0, 0) && seal->uid != 0) return fail(EISNAM);
  int lowest = dup(0);
  if (lowest != seal->keep) return fail(EMFILE);
  return close(lowest);
}

enum stage seal(const struct seal *seal, unsigned *index) {
  const uid_t id = seal->uid;
  *index = 0;
  if (close_others(seal)) return STAGE_SEAL_DESCRIPTORS;
  if (setsid() < 0 && errno != EPERM) return STAGE_SEAL_SESSION; /* EPERM: leads its session already */
  if (set_rlimits(seal->policy, index)) return STAGE_SEAL_RLIMIT;
  /* These three need CAP_SETPCAP, the two after them CAP_SETGID and CAP_SETUID: so capabilities go last. */
  if (drop_bounding(index)) return STAGE_SEAL_BOUNDING;
  if (clear_ambient()) return STAGE_SEAL_AMBIENT;
  if (prctl(PR_SET_SECUREBITS, SECUREBITS)) return STAGE_SEAL_SECUREBITS;
  if (DEFENCE("groups") && setgroups(0, NULL) && !has_no_group_but(id)) return STAGE_SEAL_GROUPS;
  if (setresgid(id, id, id) || setresuid(id, id, id)) return STAGE_SEAL_IDS;
  if (drop_capabilities()) return STAGE_SEAL_CAPABILITIES;
  /* Until an execve replaces it, this process is a copy of the launcher: nobody in the box may look into it, or open what it has
   * open, like its life line. The lane's zygotes have the user of pid 1: they enter the box through it, with no other right than
   * that. */
  if (prctl(PR_SET_DUMPABLE, seal->is_open)) return STAGE_SEAL_DUMPABLE;
  if (set_no_new_privs()) return STAGE_SEAL_NO_NEW_PRIVS;
  /* With no_new_privs off, only CAP_SYS_ADMIN could install a filter: another reason why it comes before. */
  if (verify(seal)) return STAGE_SEAL_VERIFY;
  if (install_filter(seal) || !has_filter(seal)) return STAGE_SEAL_FILTER;
  return STAGE_NONE;
}
