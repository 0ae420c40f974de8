import java.lang.management.ManagementFactory;
import java.util.*;

// What a program is called, and how it was started.
public class Main {
  public static void main(String[] args) throws Exception {
    System.out.println(args.length + " " + Arrays.toString(args));
    System.out.println(Main.class.getName() + " " + Main.class.getProtectionDomain().getCodeSource().getLocation());
    System.out.println(Main.class.getClassLoader().getClass() + " " + ClassLoader.getSystemClassLoader().getName());
    System.out.println(Main.class.getModule() + " " + Main.class.getPackageName().isEmpty());
    System.out.println(ManagementFactory.getRuntimeMXBean().getInputArguments());
    System.out.println(ProcessHandle.current().info().commandLine().orElse("none"));
    System.out.println(ProcessHandle.current().pid() + " " + ProcessHandle.current().parent().map(ProcessHandle::pid));
    System.out.println(System.getProperty("sun.java.command") + " " + System.getProperty("java.class.path"));
    System.out.println(Main.class.getResource("Main.class") + " " + ClassLoader.getSystemResource("nothing"));
    StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE).forEach(System.out::println);
  }
}
