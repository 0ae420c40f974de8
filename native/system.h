/* Kernel interfaces that this libc has no wrapper for, and the few idioms that every file here uses. */
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef WITHOUT
#define WITHOUT ""
#endif

/* True in every build but the mutated ones that `npm run test:mutation` makes to prove that a test notices its absence.
 * WITHOUT is a list. Both texts are constants: an ordinary build has no trace of it. */
#define DEFENCE(name) (__builtin_strstr("," WITHOUT ",", "," name ",") == 0)

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define RETRY(call)                                   \
  __extension__({                                     \
    __typeof__(call) result_;                         \
    do result_ = (call);                              \
    while (result_ == -1 && errno == EINTR);          \
    result_;                                          \
  })

/* An owned descriptor is -1 when there is none. */
static inline void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static inline int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static inline int sys_close_range(unsigned first, unsigned last) {
  return first > last ? 0 : (int)syscall(SYS_close_range, first, last, 0u);
}

static inline int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags, .resolve = resolve};
  return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

/* fork(), with namespaces, that also gives a pidfd of the child. */
static inline pid_t sys_clone_pidfd(uint64_t flags, int *pidfd) {
  struct clone_args args = {
      .flags = flags | CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)pidfd, .exit_signal = SIGCHLD};
  return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

static inline int sys_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0u); }

static inline int sys_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0u);
}
