class Helper {
  static String name() { return "helper"; }
}

class Main {
  public static void main(String... args) {
    System.out.println(Helper.name() + " " + java.lang.reflect.Modifier.toString(Main.class.getModifiers()));
  }
}
