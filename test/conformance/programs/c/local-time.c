#include <stdio.h>
#include <time.h>

int main(void) {
  char text[32];
  strftime(text, sizeof text, "%F %T", localtime(&(time_t){0}));
  printf("%s\n%ld\n", text, (long)time(NULL));
}
