import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;

public class Main {
  public static void main(String[] args) throws IOException {
    try (Stream<Path> all = Files.walk(Path.of("."))) { all.sorted().forEach(System.out::println); }
    System.out.println(Path.of("").toAbsolutePath() + " " + new File("x").getAbsolutePath() + " " + Files.getOwner(Path.of("Main.java")));
    System.out.println(Files.readString(Path.of("Main.java")).length() + " " + Files.getPosixFilePermissions(Path.of("Main.java")));
    Files.writeString(Path.of("made.txt"), "made");
    System.out.println(Files.readString(Path.of("/box/made.txt")) + Files.exists(Path.of(".arguments")) + Arrays.toString(new File("/tmp").list()));
    try { Files.writeString(Path.of("/usr/made"), "x"); } catch (IOException error) { System.out.println(error); }
    System.out.println("~age-seconds " + (System.currentTimeMillis() - new File("Main.java").lastModified()) / 1000.0);
    new FileReader("nothing.txt");
  }
}
