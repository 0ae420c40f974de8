#include <iostream>

int main() {
  for (int byte = 0; byte < 256; byte++) std::cout.put(static_cast<char>(byte));
}
