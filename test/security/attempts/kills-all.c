/* Signals everything that it may: its own processes, and nothing else. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  pid_t child = fork();
  if (child == 0) for (;;) pause();
  printf("all: %d\n", kill(-1, SIGTERM) ? errno : 0);
  int status;
  waitpid(child, &status, 0);
  printf("own child: signal %d\n", WTERMSIG(status));
  printf("pid 1: errno %d\n", kill(1, SIGKILL) ? errno : 0);
  return 0;
}
