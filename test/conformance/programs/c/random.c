#include <stdio.h>
#include <unistd.h>

int main(void) {
  unsigned long number;
  if (getentropy(&number, sizeof number) != 0) return 1;
  printf("%lu\n", number);
}
