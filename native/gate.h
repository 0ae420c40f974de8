/*
 * A warm start: an interpreter boots before it is needed and stops when it opens its main file, which then gets its content.
 * What stops it is the gate, a shared object that the interpreter preloads. There are two ways to be ready:
 *
 *   boot    the parked process executes the interpreter in its box, ahead of time, and waits at the gate.
 *   fork    a zygote waits at the gate, outside of any box, in its lane's root. It gives birth to one process for each box,
 *           which takes the place of the parked process there.
 *
 * Either way the process then carries out a script like any parked process, but that it ends with GO.
 */
#pragma once
#include <stdint.h>

/* In the environment of an interpreter that is to stop: "boot:" or "fork:" and the whole path of the main file; or the path of
 * the work directory and a slash, to stop before main(). "boot-early:" and "fork-early:" for one that opens its main file before
 * it boots, see early.h. Before the colon there may be a plus and names of modules, with commas between: see preload.h. The gate removes it, and LD_PRELOAD, before anything could see them. The
 * two have to come last. */
#define GATE_VARIABLE "MILLRACE_GATE"

/* A zygote's descriptors beside 0, 1 and 2, which are pipes: interpreters look at what they are. */
enum { GATE_REQUESTS_FD = 100, GATE_POLICY_FD = 101 };

/* A process born of a zygote that holds no more than this copies all of it, once it stands idle. Bytes. */
enum { GATE_COPIED_MAX = 4 << 20 };

/* What a zygote is asked for over GATE_REQUESTS_FD (SOCK_SEQPACKET): a process in the namespaces of `init`, in the groups
 * whose files come along. */
struct gate_request {
  uint64_t namespaces; /* CLONE_NEW* */
  uint64_t groups;     /* how many there are */
};
enum {
  GATE_INIT, /* pidfd of the box's pid 1 */
  GATE_STDIN, GATE_STDOUT, GATE_STDERR,
  GATE_SCRIPT, GATE_STATUS,
  GATE_GROUPS, /* the first of `groups` files `cgroup.procs`, open for writing */
};
