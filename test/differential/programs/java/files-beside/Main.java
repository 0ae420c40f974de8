import lib.Helper;
import static lib.deep.Constants.NAME;

public class Main {
  public static void main(String[] args) throws Exception {
    System.out.println(Helper.greet(NAME) + " " + Helper.class.getPackage() + " " + new Beside().value());
    System.out.println(new String(Main.class.getResourceAsStream("/data.txt") == null ? new byte[0] : new byte[1]).length());
    System.out.println(java.nio.file.Files.readString(java.nio.file.Path.of("data.txt")));
    Helper.fail();
  }
}
