#include <cassert>

static void inner(int number) {
  assert(number == 3 && "no way"); // HERE
}

int main() {
  inner(2);
}
