#include <pthread.h>
#include <stdio.h>

static long sums[4];

static void *work(void *sum) {
  const long factor = (long *)sum - sums + 1;
  for (long k = 1; k <= 1000; k++) *(long *)sum += factor * k;
  return NULL;
}

int main(void) {
  pthread_t workers[4];
  long total = 0;
  for (int i = 0; i < 4; i++) {
    if (pthread_create(&workers[i], NULL, work, &sums[i]) != 0) return 1;
  }
  for (int i = 0; i < 4; i++) {
    pthread_join(workers[i], NULL);
    total += sums[i];
  }
  printf("%ld\n", total);
}
