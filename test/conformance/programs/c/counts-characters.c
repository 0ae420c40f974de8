#include <locale.h>
#include <stdio.h>
#include <wchar.h>

int main(void) {
  setlocale(LC_ALL, "");
  int count = 0;
  for (wint_t c; (c = getwchar()) != WEOF && c != L'\n';) count++;
  printf("%d\n", count);
}
