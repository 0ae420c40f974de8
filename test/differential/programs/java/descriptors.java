import java.io.File;
import java.nio.file.*;
import java.util.*;

public class Main {
  public static void main(String[] args) throws Exception {
    Set<String> open = new TreeSet<>();
    for (File fd : new File("/proc/self/fd").listFiles()) {
      try { open.add(fd.getName() + " " + Files.readSymbolicLink(fd.toPath()).toString().replaceAll("\\[\\d+\\]|/\\d+/", "[N]")); } catch (NoSuchFileException gone) { }
    }
    open.forEach(System.out::println);
  }
}
