#include "shapes/square.h"

#include <stdio.h>

int main(void) {
  printf("%d\n", area(7));
}
