#include <chrono>
#include <iostream>
#include <thread>

int main() {
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  std::cout << "slept\n";
}
