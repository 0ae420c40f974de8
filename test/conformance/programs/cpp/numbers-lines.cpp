#include <iostream>
#include <string>

int main() {
  std::string line;
  for (int number = 1; std::getline(std::cin, line); number++) {
    std::cout << number << ": " << line << '\n';
  }
}
