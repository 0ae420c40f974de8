#include <assert.h>

static void inner(int number) {
  assert(number == 3 && "no way"); // HERE
}

int main(void) {
  inner(2);
}
