#include <stdio.h>

static void write_and_print(FILE *file, const char *text) {
  char back[64];
  fputs(text, file);
  rewind(file);
  fputs(fgets(back, sizeof back, file), stdout);
}

int main(void) {
  write_and_print(fopen("notes.txt", "w+"), "blåbær\n");
  write_and_print(tmpfile(), "temporary\n");
}
