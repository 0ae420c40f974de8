#include <stdio.h>
#include <stdlib.h>

int main(void) {
  printf("[%s]\n[%s]\n", getenv("GREETING"), getenv("EMPTY"));
}
