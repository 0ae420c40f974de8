#include <vector>

int main() {
  std::vector<std::vector<char>> taken;
  while (true) taken.emplace_back(1 << 20, 'x');
}
