#include <iostream>
#include <locale>
#include <string>

int main() {
  std::ios::sync_with_stdio(false);
  std::locale::global(std::locale(""));
  std::wcin.imbue(std::locale());
  std::wstring line;
  std::getline(std::wcin, line);
  std::cout << line.size() << '\n';
}
