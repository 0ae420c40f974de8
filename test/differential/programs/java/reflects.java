import java.lang.invoke.*;
import java.lang.reflect.*;
import java.util.*;

public class Main {
  @Retention(java.lang.annotation.RetentionPolicy.RUNTIME) @interface Mark { String value() default "none"; }
  @Mark("here") private int hidden = 3;
  interface Greeter { String greet(String name); }

  public static void main(String[] args) throws Throwable {
    Field field = Main.class.getDeclaredField("hidden");
    System.out.println(field + " " + field.getAnnotation(Mark.class) + " " + field.getInt(new Main()));
    Greeter greeter = (Greeter) Proxy.newProxyInstance(Main.class.getClassLoader(), new Class<?>[] {Greeter.class}, (proxy, method, given) -> method.getName() + given[0]);
    System.out.println(greeter.greet("!") + " " + Proxy.isProxyClass(greeter.getClass()));
    MethodHandle handle = MethodHandles.lookup().findVirtual(String.class, "concat", MethodType.methodType(String.class, String.class));
    System.out.println((String) handle.invokeExact("a", "b"));
    try { Main.class.getMethod("nothing"); } catch (NoSuchMethodException error) { System.out.println(error.getMessage()); }
    try { Class.forName("Nothing"); } catch (ClassNotFoundException error) { System.out.println(error.getMessage()); }
    System.out.println(Arrays.toString(Main.class.getDeclaredClasses()) + Main.class.getDeclaredMethods().length);
    System.out.println(ModuleLayer.boot().modules().size() + " " + Main.class.desiredAssertionStatus());
    assert false : "assertions are off";
    Method main = Main.class.getMethod("main", String[].class);
    if (args.length == 0) try { Reached.class.getDeclaredConstructor(int.class).newInstance(1); } catch (InvocationTargetException error) { error.getCause().printStackTrace(); }
    System.out.println(main);
  }
  static class Reached { public Reached(int x) { throw new IllegalStateException("made " + x); } }
}
