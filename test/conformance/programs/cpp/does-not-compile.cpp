#include <iostream>

int main() {
  std::cout << "before\n";
  int total = "text"; // HERE
}
