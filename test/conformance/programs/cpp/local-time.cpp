#include <ctime>
#include <iomanip>
#include <iostream>

int main() {
  const std::time_t epoch = 0;
  std::cout << std::put_time(std::localtime(&epoch), "%F %T") << '\n';
  std::cout << std::time(nullptr) << '\n';
}
