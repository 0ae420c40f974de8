#include <stdio.h>

int main(void) {
  for (int number = 1;; number++) printf("%d\n", number);
}
