/* The steps at which making or starting a box can fail. FAILED events carry their numbers, counted from 1 in this order. */
#pragma once

#define STAGES(STAGE)                               \
  STAGE(DESCRIPTORS, "descriptors")                 \
  STAGE(FORK, "fork")                               \
  STAGE(CGROUP_MAKE, "cgroup_make")                 \
  STAGE(CGROUP_LIMIT, "cgroup_limit")               \
  STAGE(CGROUP_WATCH, "cgroup_watch")               \
  STAGE(CGROUP_JOIN, "cgroup_join")                 \
  STAGE(LANE, "lane")                               \
  STAGE(NAMESPACES, "namespaces")                   \
  STAGE(ID_MAP, "id_map")                           \
  STAGE(BECOME_ROOT, "become_root")                 \
  STAGE(STORE, "store")                             \
  STAGE(PROC, "proc")                               \
  STAGE(SYSCTL, "sysctl")                           \
  STAGE(MASK, "mask")                               \
  STAGE(LOOPBACK, "loopback")                       \
  STAGE(HOSTNAME, "hostname")                       \
  STAGE(ENTER, "enter")                             \
  STAGE(WORK_DIRECTORY, "work_directory")           \
  STAGE(ZYGOTE, "zygote")                           \
  STAGE(SEAL_DESCRIPTORS, "seal_descriptors")       \
  STAGE(SEAL_SESSION, "seal_session")               \
  STAGE(SEAL_RLIMIT, "seal_rlimit")                 \
  STAGE(SEAL_BOUNDING, "seal_bounding")             \
  STAGE(SEAL_AMBIENT, "seal_ambient")               \
  STAGE(SEAL_SECUREBITS, "seal_securebits")         \
  STAGE(SEAL_GROUPS, "seal_groups")                 \
  STAGE(SEAL_IDS, "seal_ids")                       \
  STAGE(SEAL_CAPABILITIES, "seal_capabilities")     \
  STAGE(SEAL_DUMPABLE, "seal_dumpable")             \
  STAGE(SEAL_NO_NEW_PRIVS, "seal_no_new_privs")     \
  STAGE(SEAL_FILTER, "seal_filter")                 \
  STAGE(SEAL_VERIFY, "seal_verify")                 \
  STAGE(SCRIPT, "script")                           \
  STAGE(SCRIPT_FILE, "script_file")                 \
  STAGE(SCRIPT_RLIMIT, "script_rlimit")             \
  STAGE(LIMITS, "limits")                           \
  STAGE(EXEC, "exec")                               \
  STAGE(LOST, "lost")

enum stage {
  STAGE_NONE = 0,
#define STAGE_ENUM(id, name) STAGE_##id,
  STAGES(STAGE_ENUM)
#undef STAGE_ENUM
};
