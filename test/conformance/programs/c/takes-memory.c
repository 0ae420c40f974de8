#include <stdlib.h>
#include <string.h>

int main(void) {
  for (;;) {
    char *taken = malloc(1 << 20);
    if (taken == NULL) return 1;
    memset(taken, 'x', 1 << 20);
    __asm__ volatile("" : : "r"(taken) : "memory"); // Otherwise the compiler would leave it all out.
  }
}
