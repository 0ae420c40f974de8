#include <cstdio>

int main() {
  FILE *child = popen("cat", "w");
  if (child == nullptr) return 1;
  std::fputs("through a child\n", child);
  return pclose(child);
}
