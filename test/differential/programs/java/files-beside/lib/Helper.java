package lib;

public class Helper {
  public static String greet(String name) { return "hello " + name; }
  public static void fail() { throw new IllegalStateException("from a package"); }
}
