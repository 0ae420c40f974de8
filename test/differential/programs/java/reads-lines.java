import java.io.*;

public class Main {
  public static void main(String[] args) throws IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = reader.readLine()) != null; ) System.out.println("<" + line.replace("\0", "NUL") + ">");
    System.out.println(System.in.read() + " " + System.in.available());
  }
}
