#include <stdio.h>

static int descend(volatile int depth) {
  return 1 + descend(depth + 1) * depth;
}

int main(void) {
  printf("%d\n", descend(0));
}
