#include "shapes/square.hpp"

#include <iostream>

int main() {
  std::cout << shapes::area(7) << '\n';
}
