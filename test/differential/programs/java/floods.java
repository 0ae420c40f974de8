public class Main {
  public static void main(String[] args) {
    String line = "x".repeat(100_000);
    for (int i = 0; i < 20; i++) System.out.println(line);
  }
}
