public class Main {
  public static void main(String[] args) {
    String gruß = "Hello, wörld ✓ 😀";
    System.out.println(gruß);
  }
}
