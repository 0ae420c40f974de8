#include <stdio.h>
#include <stdlib.h>

int main(void) {
  char *line = NULL;
  size_t size = 0;
  ssize_t length;
  for (int number = 1; (length = getline(&line, &size, stdin)) >= 0; number++) {
    if (length > 0 && line[length - 1] == '\n') line[length - 1] = '\0';
    printf("%d: %s\n", number, line);
  }
  free(line);
}
