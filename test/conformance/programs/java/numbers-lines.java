import java.io.BufferedReader;
import java.io.InputStreamReader;

public class Main {
  public static void main(String[] args) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in));
    String line;
    for (int number = 1; (line = lines.readLine()) != null; number++) {
      System.out.println(number + ": " + line);
    }
  }
}
