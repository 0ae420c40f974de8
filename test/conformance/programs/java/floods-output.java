public class Main {
  public static void main(String[] args) {
    for (int number = 1; ; number++) System.out.println(number);
  }
}
