#include <stdio.h>

int main(void) {
  puts("before");
  fputs("to stderr\n", stderr);
  return 3;
}
