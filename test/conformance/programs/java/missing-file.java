import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

public class Main {
  public static void main(String[] args) throws Exception {
    try {
      Files.readString(Path.of("missing.txt"));
    } catch (NoSuchFileException missing) {
      System.out.println("caught");
    }
  }
}
