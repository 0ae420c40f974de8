#include "early.h"

#include <stdarg.h>
#include <string.h>

#include "hook.h"
#include "script.h"
#include "system.h"

static int main_fd = -1;
static char *first_byte; /* where the interpreter has put it, until it is the program's */

void early_opened(int fd) {
  if (main_fd < 0) main_fd = fd;
}

/* ---- a fork that the interpreter knows of ------------------------------------------------------------------------------ */

enum { ID_IN_BOX = 2 }; /* of the process, and so of its first thread: pid 1 is ours */

static bool is_booting;
static void (*serve_instead)(void);
static bool was_open[SCRIPT_FD];

void early_boot(void) { is_booting = true; }

/* Ruby's part of it, and nothing of the program's language: `Process.fork`. The signal pipes of its virtual machine, its
 * timer and its random seed are then the process's own. */
void early_fork(void (*serve)(void)) {
  const uintptr_t *process = dlsym(RTLD_DEFAULT, "rb_mProcess");
  uintptr_t (*intern)(const char *) = dlsym(RTLD_DEFAULT, "rb_intern");
  uintptr_t (*call)(uintptr_t, uintptr_t, int, const uintptr_t *) = dlsym(RTLD_DEFAULT, "rb_funcallv");
  if (!process || !intern || !call) _exit(1);
  for (int fd = 3; fd < SCRIPT_FD; fd++) was_open[fd] = fcntl(fd, F_GETFD) >= 0;
  is_booting = false;
  serve_instead = serve;
  call(*process, intern("fork"), 0, NULL);
}

/* Whoever is born has none of the zygote's descriptors. The interpreter closes them, to open its own: it finds others there. */
static void serve(void) {
  void (*now)(void) = serve_instead;
  serve_instead = NULL;
  now();
  for (int fd = 3; fd < SCRIPT_FD; fd++)
    if (was_open[fd] && dup3(0, fd, O_CLOEXEC) < 0) _exit(1);
}

/* ---- the main file ----------------------------------------------------------------------------------------------------- */

static void exchange_main(void) {
  const char *path = gate_stop();
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || dup3(fd, main_fd, O_CLOEXEC) < 0 || close(fd)) _exit(1);
  if (RETRY(read(main_fd, first_byte, 1)) != 1) *first_byte = '\n'; /* an empty program: an empty line */
  main_fd = -1;
  first_byte = NULL;
}

/* ---- in front of the C library ----------------------------------------------------------------------------------------- */

static __typeof__(&fork) real_fork;
static __typeof__(&read) real_read;
static __typeof__(&memchr) real_memchr;
static __typeof__(&syscall) real_syscall;

/* At the start: later it may be a signal handler that calls one of them, or the child of a process with threads. */
__attribute__((constructor)) static void find_real(void) {
  real_fork = REAL(fork);
  real_read = REAL(read);
  real_memchr = REAL(memchr);
  real_syscall = REAL(syscall);
}

EXPORT pid_t fork(void) {
  if (!real_fork) find_real();
  if (!serve_instead) return real_fork();
  serve();
  return 0;
}

EXPORT ssize_t read(int fd, void *buffer, size_t size) {
  if (!real_read) find_real();
  ssize_t got = real_read(fd, buffer, size);
  if (got == 1 && fd == main_fd && !first_byte) first_byte = buffer;
  return got;
}

EXPORT void *memchr(const void *text, int byte, size_t size) {
  if (!real_memchr) find_real();
  if (first_byte && text == first_byte && byte == '\n') exchange_main();
  return real_memchr(text, byte, size);
}

/* By which Ruby learns the number of its first thread, once and for all. */
EXPORT long syscall(long number, ...) {
  if (!real_syscall) find_real();
  if (is_booting && number == SYS_gettid) return ID_IN_BOX;
  long arguments[6];
  va_list list;
  va_start(list, number);
  for (size_t i = 0; i < COUNT_OF(arguments); i++) arguments[i] = va_arg(list, long);
  va_end(list);
  return real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}
