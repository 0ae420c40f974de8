public class Main {
  public static void main(String[] args) {
    for (int value = 0; value < 256; value++) System.out.write(value);
    System.out.flush();
  }
}
