import java.io.*;
import java.nio.charset.StandardCharsets;

public class Main {
  public static void main(String[] args) throws Exception {
    System.out.write(new byte[] {0, -1, 10, 13, -128});
    System.out.printf("%05.1f|%-4s|%x|%,d%n", 3.14159, "é", 255, 1234567);
    System.err.println("error é ✓");
    System.out.println("é ✓ \uD83D\uDE00 " + "straße".toUpperCase());
    PrintStream old = System.out;
    System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
    System.out.println("to the other");
    System.setOut(old);
    try (Writer writer = new OutputStreamWriter(System.out)) { writer.write("closed after this\n"); }
    System.out.println("never");
    System.err.println(System.out.checkError());
  }
}
