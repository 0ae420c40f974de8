/*
 * Preloaded into an interpreter; see gate.h. It stands in front of the functions that open files, lets everything through
 * but the first opening of the main file, and is out of the way after that. Or it stops the process before its main(). Nothing else of it can be seen from inside but its
 * place in the memory map.
 */
#include "gate.h"

#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "early.h"
#include "hook.h"
#include "preload.h"
#include "script.h"
#include "seal.h"
#include "status.h"
#include "system.h"

enum { ID_PROGRAM = 1000, HELPER_STACK = 64 << 10, GATE_DESCRIPTORS_MAX = GATE_GROUPS + CGROUP_HIERARCHIES_MAX };

/* The file at which to stop; NULL once the gate is open. Interpreters open it by its whole path, or by its name in the work
 * directory. Other threads of theirs open files at that time: the text stays where it is. */
static char *_Atomic main_path;
static bool is_zygote;
static char *modules;  /* that it loads at its gate; NULL for none */
static bool is_early; /* it opens the main file before it boots, see early.h */
static const struct plan_policy *policy; /* a zygote's */
static ElfW(auxv_t) *auxv;               /* what the kernel told it at its start, on its stack */
static const char *environment_end;      /* what follows there is for the gate alone */

/* ---- a zygote ---------------------------------------------------------------------------------------------------- */

struct birth {
  struct gate_request request;
  int fds[GATE_DESCRIPTORS_MAX];
  jmp_buf child; /* where the process that is born goes on: on the zygote's own stack */
};

static size_t descriptors_size(const struct birth *birth) { return (GATE_GROUPS + birth->request.groups) * sizeof *birth->fds; }

static void fail_birth(const struct birth *birth, enum stage stage) { status_fail(birth->fds[GATE_STATUS], stage, 0); }

/* Shares the zygote's memory, which stands still meanwhile: so it costs no copy. The groups come first: whoever is born
 * is born inside. When it has exited the launcher is the parent of what it gave birth to. */
static int run_helper(void *argument) {
  struct birth *birth = argument;
  for (size_t i = 0; i < birth->request.groups; i++)
    if (write(birth->fds[GATE_GROUPS + i], "0", 1) != 1) fail_birth(birth, STAGE_CGROUP_JOIN);
  if (setns(birth->fds[GATE_INIT], (int)birth->request.namespaces)) fail_birth(birth, STAGE_ENTER);
  pid_t born = _Fork();
  if (born < 0) fail_birth(birth, STAGE_FORK);
  if (born == 0) longjmp(birth->child, 1);
  _exit(0);
}

/* The kernel goes on telling, in /proc, what it knew of the zygote at its start: the gate's variables, and ids that are
 * others in here. */
static void correct_kernel(void) {
  char line[1024], *at;
  uintptr_t field[52] = {0};
  FILE *file = fopen("/proc/self/stat", "re");
  if (file && fgets(line, sizeof line, file) && (at = strrchr(line, ')')))
    for (int i = 3; i < 52 && (at = strchr(at + 1, ' ')); i++) field[i] = strtoull(at, NULL, 10);
  if (file) fclose(file);
  uint32_t count = 0;
  for (; auxv[count].a_type != AT_NULL; count++) {
    const uint64_t type = auxv[count].a_type;
    if (type == AT_UID || type == AT_EUID || type == AT_GID || type == AT_EGID) auxv[count].a_un.a_val = ID_PROGRAM;
  }
  struct prctl_mm_map map = {.start_code = field[26], .end_code = field[27], .start_stack = field[28],
                             .start_data = field[45], .end_data = field[46], .start_brk = field[47],
                             .brk = (uintptr_t)sbrk(0), .arg_start = field[48], .arg_end = field[49],
                             .env_start = field[50], .env_end = (uintptr_t)environment_end, .exe_fd = (uint32_t)-1,
                             .auxv = (void *)auxv, .auxv_size = (count + 1) * (uint32_t)sizeof *auxv};
  if (field[51]) prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0);
}

enum { PAGE = 4096, REST_MS = 50 };

/* Whether the script has begun, or the launcher has let the box go. */
static bool is_called(int wait_ms) {
  struct pollfd script = {.fd = SCRIPT_FD, .events = POLLIN};
  return poll(&script, 1, wait_ms) != 0;
}

/* Goes through the pages of a range that are in memory. Returns how many there are; `is_copying`: they are written to,
 * unchanged, until the run begins. */
static size_t visit_pages(uintptr_t start, uintptr_t end, bool is_copying) {
  unsigned char is_there[1024];
  size_t found = 0;
  for (uintptr_t part = start; part < end; part += COUNT_OF(is_there) * PAGE) {
    const size_t pages = (end - part) / PAGE < COUNT_OF(is_there) ? (end - part) / PAGE : COUNT_OF(is_there);
    if (mincore((void *)part, pages * PAGE, is_there)) break;
    for (size_t from = 0, to; from < pages; from = to) {
      for (to = from; to < pages && !((is_there[to] ^ is_there[from]) & 1);) to++;
      if (!(is_there[from] & 1)) continue;
      found += to - from;
      if (is_copying && is_called(0)) return found;
      if (is_copying) madvise((void *)(part + from * PAGE), (to - from) * PAGE, MADV_POPULATE_WRITE);
    }
  }
  return found;
}

static size_t visit_writable(bool is_copying) {
  char line[1024], access[5];
  uintptr_t start, end;
  size_t found = 0;
  FILE *maps = fopen("/proc/self/maps", "re");
  while (maps && fgets(line, sizeof line, maps))
    if (sscanf(line, "%lx-%lx %4s", &start, &end, access) == 3 && !strcmp(access, "rw-p"))
      found += visit_pages(start, end, is_copying);
  if (maps) fclose(maps);
  return found;
}

/* Memory that is shared with the zygote is copied page by page, when one of the two writes to it, each time by a fault. Of a
 * small interpreter most will be written to, be it only to count references: so it is copied ahead, but only when nobody wants
 * this box yet. Copying costs more than the faults; what it buys is that they are not the run's. Under load the run is there
 * at once, and goes without. Of a large one it would be too much for nothing. */
static void own_memory_at_rest(void) {
  if (!is_called(REST_MS) && visit_writable(false) <= GATE_COPIED_MAX / PAGE) visit_writable(true);
}

static void become_parked(const struct birth *birth) {
  static const int TARGETS[] = {[GATE_STDIN] = 0, [GATE_STDOUT] = 1, [GATE_STDERR] = 2,
                                [GATE_SCRIPT] = SCRIPT_FD, [GATE_STATUS] = SCRIPT_STATUS_FD};
  unsigned index = 0;
  int high[COUNT_OF(TARGETS)];
  for (size_t i = GATE_STDIN; i < COUNT_OF(TARGETS); i++)
    if ((high[i] = fcntl(birth->fds[i], F_DUPFD_CLOEXEC, SCRIPT_STATUS_FD + 1)) < 0) fail_birth(birth, STAGE_SEAL_DESCRIPTORS);
  for (size_t i = GATE_STDIN; i < COUNT_OF(TARGETS); i++)
    if (dup3(high[i], TARGETS[i], TARGETS[i] < SCRIPT_FD ? 0 : O_CLOEXEC) < 0) fail_birth(birth, STAGE_SEAL_DESCRIPTORS);
  correct_kernel();
  const struct seal all = {.policy = policy, .uid = ID_PROGRAM, .keep = 3, .has_script = true};
  enum stage failed = seal(&all, &index);
  if (failed != STAGE_NONE) status_fail(SCRIPT_STATUS_FD, failed, index);
  munmap((void *)policy, sizeof *policy);
}

/* False when the launcher wants no more of this zygote. */
static bool receive(struct birth *birth) {
  union {
    char bytes[CMSG_SPACE(sizeof birth->fds)];
    struct cmsghdr align;
  } control = {0};
  struct iovec part = {.iov_base = &birth->request, .iov_len = sizeof birth->request};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  if (RETRY(recvmsg(GATE_REQUESTS_FD, &message, MSG_CMSG_CLOEXEC)) != sizeof birth->request) return false;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (birth->request.groups > CGROUP_HIERARCHIES_MAX || !header || header->cmsg_len != CMSG_LEN(descriptors_size(birth)))
    return false;
  memcpy(birth->fds, CMSG_DATA(header), descriptors_size(birth));
  return true;
}

/* Returns in each process that was born, and never in the zygote. */
static void serve(void) {
  static struct birth birth;
  char *stack = mmap(NULL, HELPER_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) _exit(1);
  while (receive(&birth)) {
    if (setjmp(birth.child)) {
      munmap(stack, HELPER_STACK);
      become_parked(&birth);
      return;
    }
    /* Without a signal at its end, of which the interpreter could know. */
    pid_t helper = clone(run_helper, stack + HELPER_STACK, CLONE_VM | CLONE_VFORK, &birth);
    if (helper > 0) RETRY(waitpid(helper, NULL, __WALL));
    for (size_t i = 0; i < GATE_GROUPS + birth.request.groups; i++) close(birth.fds[i]);
  }
  _exit(0);
}

/* ---- the gate ---------------------------------------------------------------------------------------------------- */

static void pass(const char *path) {
  int error = errno;
  char directory[PATH_MAX];
  snprintf(directory, sizeof directory, "%.*s", (int)(strrchr(path, '/') - path), path);
  if (modules && !preload_modules(modules, is_zygote)) _exit(1);
  if (is_zygote && is_early) early_fork(serve);
  else if (is_zygote) serve();
  if (modules && is_zygote) preload_born();
  /* Who was born elsewhere has to go there; the other one is where it was started. */
  script_park(is_zygote ? directory : ".");
  if (is_zygote) own_memory_at_rest();
  script_run();
  close(SCRIPT_FD);
  close(SCRIPT_STATUS_FD);
  /* As after an execve: there is nothing of the launcher's in this process. */
  prctl(PR_SET_DUMPABLE, 1);
  errno = error;
}

/* Gives the path of the main file to the thread that stopped there; NULL to any other. */
const char *gate_stop(void) {
  const char *path = atomic_exchange(&main_path, NULL);
  if (path) pass(path);
  return path;
}

/* ---- before main() ----------------------------------------------------------------------------------------------- */

/* Takes the variable out of the environment, and its text out of memory. */
static char *take_variable(const char *name, char **text) {
  extern char **environ;
  size_t size = strlen(name);
  for (char **at = environ; *at; at++) {
    if (strncmp(*at, name, size) || (*at)[size] != '=') continue;
    *text = *at;
    char *value = strdup(*at + size + 1);
    memset(*at, 0, strlen(*at));
    for (; *at; at++) at[0] = at[1];
    return value;
  }
  return NULL;
}

static void take_policy(void) {
  void *shared = mmap(NULL, sizeof *policy, PROT_READ, MAP_PRIVATE, GATE_POLICY_FD, 0);
  if (shared == MAP_FAILED) _exit(1);
  policy = shared;
  close(GATE_POLICY_FD);
}

__attribute__((constructor)) static void arm(void) {
  extern char **environ;
  char *gate, *preload = NULL, **last = environ;
  while (*last) last++;
  char *kind = take_variable(GATE_VARIABLE, &gate);
  if (!kind) return;
  free(take_variable("LD_PRELOAD", &preload));
  auxv = (void *)(last + 1);
  environment_end = preload && preload < gate ? preload : gate;
  is_zygote = !strncmp(kind, "fork", 4);
  is_early = !strncmp(kind + 4, "-early", 6);
  char *path = strchr(kind, ':'); /* it and the names stay where they are */
  *path++ = 0;
  modules = strchr(kind, '+');
  if (modules) modules++;
  main_path = path;
  if (is_zygote) take_policy();
  if (is_zygote && is_early) early_boot();
  if (!strrchr(main_path, '/')[1]) gate_stop(); /* no name of a file: here and now */
}

/* ---- in front of the C library -------------------------------------------------------------------------------- */

static bool is_main(const char *path) {
  const char *stop_at = main_path;
  return stop_at && path && (!strcmp(path, stop_at) || !strcmp(path, strrchr(stop_at, '/') + 1));
}

static void check(const char *path) {
  if (!is_early && is_main(path)) gate_stop();
}

static int opened(const char *path, int fd) {
  if (is_early && is_main(path)) early_opened(fd);
  return fd;
}

static mode_t mode_of(int flags, va_list list) {
  return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(list, mode_t) : 0;
}

#define OPEN(name)                                            \
  EXPORT int name(const char *path, int flags, ...) {         \
    static __typeof__(&name) next;                            \
    va_list list;                                             \
    va_start(list, flags);                                    \
    mode_t mode = mode_of(flags, list);                       \
    va_end(list);                                             \
    if (!next) next = REAL(name);                             \
    check(path);                                              \
    return opened(path, next(path, flags, mode));                           \
  }

#define OPENAT(name)                                          \
  EXPORT int name(int dir, const char *path, int flags, ...) { \
    static __typeof__(&name) next;                            \
    va_list list;                                             \
    va_start(list, flags);                                    \
    mode_t mode = mode_of(flags, list);                       \
    va_end(list);                                             \
    if (!next) next = REAL(name);                             \
    check(path);                                              \
    return opened(path, next(dir, path, flags, mode));                      \
  }

#define FOPEN(name)                                           \
  EXPORT FILE *name(const char *path, const char *mode) {     \
    static __typeof__(&name) next;                            \
    if (!next) next = REAL(name);                             \
    check(path);                                              \
    return next(path, mode);                                  \
  }

/* What callers that were built with checks use for an `open` without O_CREAT. */
#define OPEN_2(name)                                          \
  EXPORT int name(const char *path, int flags);               \
  EXPORT int name(const char *path, int flags) {              \
    static __typeof__(&name) next;                            \
    if (!next) next = REAL(name);                             \
    check(path);                                              \
    return opened(path, next(path, flags));                                 \
  }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
FOPEN(fopen)
FOPEN(fopen64)
OPEN_2(__open_2)
OPEN_2(__open64_2)
