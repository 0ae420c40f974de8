/* Leaves a process behind that has its own session, ignores every signal and holds standard output open. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(void) {
  if (fork() == 0) {
    setsid();
    prctl(PR_SET_NAME, "outlives");
    for (int number = 1; number < 65; number++) signal(number, SIG_IGN);
    for (;;) sleep(60);
  }
  puts("main ends");
  return 0;
}
