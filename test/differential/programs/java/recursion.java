public class Main {
  static int depth;
  static void down() { depth++; down(); }
  public static void main(String[] args) throws Exception {
    for (int i = 0; i < 2; i++) {
      depth = 0;
      try { down(); } catch (StackOverflowError error) { System.out.println(depth > 100_000); }
    }
    Thread small = new Thread(null, () -> { depth = 0; try { down(); } catch (StackOverflowError error) { System.out.println(depth > 500); } }, "small", 256 << 10);
    small.start();
    small.join();
    down();
  }
}
