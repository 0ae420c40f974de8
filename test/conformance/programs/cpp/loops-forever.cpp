#include <iostream>

int main() {
  std::cout << "started" << std::endl;
  for (volatile int i = 0;;) i = 1;
}
