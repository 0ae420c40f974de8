public class Main {
  public static void main(String[] args) throws InterruptedException {
    long[] sums = new long[4];
    Thread[] workers = new Thread[4];
    for (int i = 0; i < 4; i++) {
      int index = i;
      workers[i] = new Thread(() -> {
        for (int k = 1; k <= 1000; k++) sums[index] += (index + 1) * k;
      });
      workers[i].start();
    }
    long total = 0;
    for (int i = 0; i < 4; i++) {
      workers[i].join();
      total += sums[i];
    }
    System.out.println(total);
  }
}
