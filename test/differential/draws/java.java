import java.io.File;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.*;
import java.util.concurrent.ThreadLocalRandom;

public class Main {
  public static void main(String[] args) throws Exception {
    System.out.println(Math.random() + " " + new Random().nextLong() + " " + ThreadLocalRandom.current().nextLong() + " " + new SplittableRandom().nextLong());
    System.out.println(UUID.randomUUID() + " " + new SecureRandom().nextLong() + " " + HexFormat.of().formatHex(SecureRandom.getSeed(8)));
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < 30; i++) numbers.add(i);
    Collections.shuffle(numbers);
    System.out.println(numbers.toString().replace(" ", ""));
    System.out.println(Files.createTempFile("t", null) + " " + Files.createTempDirectory("d") + " " + File.createTempFile("abc", null));
  }
}
