#include <iostream>

int main() {
  const auto gruß = "Hello, wörld ✓ 😀";
  std::cout << gruß << '\n';
}
