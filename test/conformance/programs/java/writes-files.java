import java.nio.file.Files;
import java.nio.file.Path;

public class Main {
  public static void main(String[] args) throws Exception {
    Path notes = Files.writeString(Path.of("notes.txt"), "blåbær\n");
    System.out.print(Files.readString(notes));
    Path scratch = Files.writeString(Files.createTempFile("scratch", null), "temporary\n");
    System.out.print(Files.readString(scratch));
  }
}
