public class Main {
  public static void main(String[] args) {
    Thread daemon = new Thread(() -> { while (true) Thread.onSpinWait(); });
    daemon.setDaemon(true);
    daemon.start();
    new Thread(() -> {
      try { Thread.sleep(100); } catch (InterruptedException error) { return; }
      System.out.println("after main");
    }).start();
    System.out.println("main ends");
  }
}
