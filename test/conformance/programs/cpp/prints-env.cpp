#include <cstdlib>
#include <iostream>

int main() {
  std::cout << '[' << std::getenv("GREETING") << "]\n";
  std::cout << '[' << std::getenv("EMPTY") << "]\n";
}
