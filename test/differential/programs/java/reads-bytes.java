import java.util.Arrays;

public class Main {
  public static void main(String[] args) throws Exception {
    System.out.println(System.in.getClass() + " " + System.in.available() + " " + (char) System.in.read());
    byte[] part = new byte[4];
    System.out.println(System.in.read(part) + Arrays.toString(part));
    System.out.println(Arrays.toString(System.in.readAllBytes()) + System.in.read());
  }
}
