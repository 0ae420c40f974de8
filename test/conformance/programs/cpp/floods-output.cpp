#include <iostream>

int main() {
  for (int number = 1;; number++) std::cout << number << '\n';
}
