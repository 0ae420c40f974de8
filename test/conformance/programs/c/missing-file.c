#include <errno.h>
#include <stdio.h>

int main(void) {
  if (fopen("missing.txt", "r") == NULL && errno == ENOENT) puts("caught");
}
