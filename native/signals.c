#include "signals.h"

#include <sys/prctl.h>
#include <sys/signalfd.h>

#include "system.h"

static const int IGNORED[] = {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT};

int signals_open(void) {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  for (size_t i = 0; i < COUNT_OF(IGNORED); i++) signal(IGNORED[i], SIG_IGN);
  if (sigprocmask(SIG_BLOCK, &children, NULL)) return -1;
  return signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

void signals_drain(int fd) {
  struct signalfd_siginfo info;
  while (read(fd, &info, sizeof info) > 0) continue;
}

void signals_reset(void) {
  sigset_t none;
  sigemptyset(&none);
  for (size_t i = 0; i < COUNT_OF(IGNORED); i++) signal(IGNORED[i], SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

void signals_die_with(pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent) _exit(1);
}
