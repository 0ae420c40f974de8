#include <array>
#include <iostream>
#include <numeric>
#include <thread>
#include <vector>

int main() {
  std::array<long, 4> sums{};
  std::vector<std::jthread> workers;
  for (int index = 0; index < 4; index++) {
    workers.emplace_back([&sums, index] {
      for (int k = 1; k <= 1000; k++) sums[index] += (index + 1) * k;
    });
  }
  workers.clear();
  std::cout << std::accumulate(sums.begin(), sums.end(), 0L) << '\n';
}
