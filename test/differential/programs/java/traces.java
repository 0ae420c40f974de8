import java.util.function.Supplier;

// Nested causes, lambdas, a static initializer, suppressed errors.
public class Main {
  static class Broken { static final int VALUE = 1 / Integer.parseInt("0"); }
  static class Resource implements AutoCloseable {
    public void close() { throw new IllegalStateException("while closing"); }
  }
  static <T> T call(Supplier<T> supplier) { return supplier.get(); }
  static void deep(int left) {
    if (left > 0) deep(left - 1);
    else throw new UnsupportedOperationException("at the bottom");
  }

  public static void main(String[] args) {
    try { System.out.println(Broken.VALUE); } catch (Throwable error) { error.printStackTrace(); }
    try { System.out.println(Broken.VALUE); } catch (Throwable error) { error.printStackTrace(System.out); }
    try (Resource resource = new Resource()) { deep(3); } catch (Exception error) { error.printStackTrace(); }
    try { Object text = "text"; System.out.println((Integer) text); } catch (ClassCastException error) { System.out.println(error.getMessage()); }
    try { int[] none = null; none[0] = 1; } catch (NullPointerException error) { System.out.println(error.getMessage()); }
    Thread.dumpStack();
    call(() -> { throw new RuntimeException("outer", new java.io.IOException("inner")); });
  }
}
