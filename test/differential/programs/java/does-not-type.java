import java.util.*;
import nothing.Here;

public class Main extends Missing {
  sealed interface Shape permits Circle {}
  record Circle(int r) implements Shape { Circle { return; } }
  public static void main(String[] args) throws Exception {
    int number = "é ✓";
    final int once = 1;
    once = 2;
    undefined(1);
    List<int> list = null;
    throw new String();
  }
  int noReturn() { }
  void twice() {} void twice() {}
}
