#include <iostream>

static int descend(volatile int depth) {
  return 1 + descend(depth + 1) * depth;
}

int main() {
  std::cout << descend(0) << '\n';
}
