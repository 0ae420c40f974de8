/* The smallest useful program: a static binary that prints one line. */
#include <unistd.h>

int main(void) {
  static const char line[] = "Hello, world!\n";
  return write(STDOUT_FILENO, line, sizeof line - 1) == sizeof line - 1 ? 0 : 1;
}
