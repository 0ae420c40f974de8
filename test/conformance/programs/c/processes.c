#include <stdio.h>

int main(void) {
  FILE *child = popen("cat", "w");
  if (child == NULL) return 1;
  fputs("through a child\n", child);
  return pclose(child);
}
