import java.util.*;

public class Main {
  public static void main(String[] args) {
    System.out.println(Runtime.getRuntime().maxMemory());
    List<long[]> kept = new ArrayList<>();
    try {
      while (true) kept.add(new long[1 << 20]);
    } catch (OutOfMemoryError error) {
      int size = kept.size();
      kept = null;
      System.out.println(size > 10 ? error.getMessage() : size);
    }
    List<byte[]> forever = new ArrayList<>();
    while (true) forever.add(new byte[1 << 24]);
  }
}
