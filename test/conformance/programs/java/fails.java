public class Main {
  static void inner() {
    throw new IllegalStateException("no way"); // HERE
  }

  public static void main(String[] args) {
    inner();
  }
}
