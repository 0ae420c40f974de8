import java.util.*;

public class Main {
  public static void main(String[] args) {
    new TreeMap<>(System.getProperties()).forEach((name, value) -> System.out.println(name + "=" + value));
    new TreeMap<>(System.getenv()).forEach((name, value) -> System.out.println(name + "=" + value));
    System.out.println(Locale.getDefault() + " " + TimeZone.getDefault().getID() + " " + java.nio.charset.Charset.defaultCharset());
    System.out.println(System.getSecurityManager() + " " + System.console() + " " + Runtime.version());
  }
}
