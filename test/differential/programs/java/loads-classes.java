import java.util.*;

public class Main {
  static class Lazy { static { System.out.println("lazy"); } static int value = 1; }
  static final Map<String, Integer> ORDER = new LinkedHashMap<>();
  static { ORDER.put("static", 1); System.out.println("static block"); }

  public static void main(String[] args) throws Exception {
    System.out.println(ORDER + " " + ORDER.hashCode());
    System.out.println(Lazy.value);
    System.out.println(new HashSet<>(List.of("b", "a", "c")) + " " + Objects.hash(1, "x") + " " + "text".hashCode());
    var numbers = new int[] {1, 2};
    System.out.println(numbers.getClass() + " " + (Object) Map.class.getClassLoader() + " " + String.format("%s", new StringBuilder("x")));
    ClassLoader loader = new ClassLoader(null) { };
    try { loader.loadClass("Main"); } catch (ClassNotFoundException error) { System.out.println(error); }
    System.out.println(Class.forName("Main", false, ClassLoader.getSystemClassLoader()) == Main.class);
    System.out.println(ServiceLoader.load(java.nio.file.spi.FileSystemProvider.class).findFirst().isPresent());
    for (Main.Choice choice : Choice.values()) switch (choice) { case ONE -> System.out.println(1); case TWO -> System.out.println(2); }
  }
  enum Choice { ONE, TWO }
}
