#include <fstream>
#include <iostream>

int main() {
  std::ifstream file;
  file.exceptions(std::ios::failbit);
  try {
    file.open("missing.txt");
  } catch (const std::ios::failure &) {
    std::cout << "caught\n";
  }
}
