public class Main {
  public static void main(String[] args) {
    System.out.println("before");
    System.err.println("to stderr");
    System.exit(3);
  }
}
