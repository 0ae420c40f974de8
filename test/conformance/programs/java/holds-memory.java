import java.util.Arrays;

public class Main {
  public static void main(String[] args) {
    byte[] held = new byte[32 << 20];
    Arrays.fill(held, (byte) 'x');
    System.out.println(held[held.length / 2] == 'x' ? "held" : "lost");
  }
}
