public class Main {
  public static void main(String[] args) throws Exception {
    Thread thread = new Thread(() -> { throw new IllegalStateException("in a thread"); }, "worker");
    thread.start();
    thread.join();
    Thread.setDefaultUncaughtExceptionHandler((where, error) -> System.out.println(where.getName() + ": " + error));
    throw new Exception("in main");
  }
}
