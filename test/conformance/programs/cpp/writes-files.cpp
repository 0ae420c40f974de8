#include <filesystem>
#include <fstream>
#include <iostream>

static void write_and_print(const std::filesystem::path &path, const char *text) {
  std::ofstream(path) << text;
  std::cout << std::ifstream(path).rdbuf();
}

int main() {
  write_and_print("notes.txt", "blåbær\n");
  write_and_print(std::filesystem::temp_directory_path() / "scratch", "temporary\n");
}
