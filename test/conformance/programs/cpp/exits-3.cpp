#include <iostream>

int main() {
  std::cout << "before\n";
  std::cerr << "to stderr\n";
  return 3;
}
