#include <stdio.h>
#include <unistd.h>

int main(void) {
  usleep(400 * 1000);
  puts("slept");
}
