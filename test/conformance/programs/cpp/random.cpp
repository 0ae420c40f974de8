#include <iostream>
#include <random>

int main() {
  std::mt19937_64 numbers(std::random_device{}());
  std::cout << numbers() << '\n';
}
