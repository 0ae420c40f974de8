public class Main {
  static { System.out.println("initializing"); int zero = 0; System.out.println(1 / zero); }
  public static void main(String[] args) { System.out.println("never"); }
}
