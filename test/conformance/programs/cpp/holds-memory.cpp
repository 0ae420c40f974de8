#include <iostream>
#include <vector>

int main() {
  std::vector<char> held(32 << 20, 'x');
  std::cout << (held[held.size() / 2] == 'x' ? "held" : "lost") << '\n';
}
