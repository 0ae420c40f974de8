import java.util.ArrayList;

public class Main {
  public static void main(String[] args) {
    var taken = new ArrayList<byte[]>();
    while (true) taken.add(new byte[1 << 20]);
  }
}
