#include "remover.h"

#include <sys/socket.h>

#include "signals.h"
#include "system.h"

static _Noreturn void run(int line, pid_t launcher, const struct cgroup_tree *groups) {
  if (dup2(line, 3) < 0) _exit(1);
  sys_close_range(4, ~0u); /* the worker's connection above all */
  signals_reset();
  signals_die_with(launcher);
  struct remover_answer answer = {0};
  while (RETRY(recv(3, &answer.number, sizeof answer.number, 0)) == sizeof answer.number) {
    answer.is_removed = !cgroup_remove(groups, answer.number);
    if (RETRY(send(3, &answer, sizeof answer, MSG_NOSIGNAL)) < 0) break;
  }
  _exit(0);
}

int remover_start(struct remover *remover, const struct cgroup_tree *groups) {
  const pid_t launcher = getpid();
  int pair[2];
  *remover = (struct remover){.line = -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) return -1;
  remover->line = pair[0];
  remover->pid = fork();
  if (remover->pid == 0) run(pair[1], launcher, groups);
  int error = errno;
  close(pair[1]);
  if (remover->pid > 0) return 0;
  remover_close(remover);
  errno = error;
  return -1;
}

int remover_ask(const struct remover *remover, uint32_t number) {
  return RETRY(send(remover->line, &number, sizeof number, MSG_NOSIGNAL | MSG_DONTWAIT)) < 0 ? -1 : 0;
}

bool remover_receive(const struct remover *remover, struct remover_answer *answer) {
  return RETRY(recv(remover->line, answer, sizeof *answer, MSG_DONTWAIT)) == sizeof *answer;
}

void remover_close(struct remover *remover) {
  close_fd(&remover->line);
  remover->pid = 0;
}
