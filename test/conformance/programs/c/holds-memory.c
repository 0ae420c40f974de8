#include <stdio.h>
#include <string.h>

static char held[32 << 20];

int main(void) {
  memset(held, 'x', sizeof held);
  puts(held[sizeof held / 2] == 'x' ? "held" : "lost");
}
