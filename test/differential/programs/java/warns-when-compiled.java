import java.util.*;

public class Main {
  @Deprecated(forRemoval = true) static void old() { }
  static class Other { void call() { old(); Main.old(); new Thread().stop(); } }
  public static void main(String[] args) {
    List raw = new ArrayList();
    raw.add(1);
    List<String> unchecked = raw;
    System.out.println(unchecked.size() + new Integer(3));
  }
}
