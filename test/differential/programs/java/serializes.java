import java.io.*;
import java.util.*;

public class Main implements Serializable {
  int number = 4;
  List<String> texts = List.of("é", "b");
  transient int lost = 5;

  public static void main(String[] args) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) { out.writeObject(new Main()); }
    System.out.println(bytes.size() + " " + Arrays.hashCode(bytes.toByteArray()) + " " + ObjectStreamClass.lookup(Main.class));
    Main back = (Main) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    System.out.println(back.number + back.texts.toString() + back.lost);
    System.out.println(new Random(42).nextInt() + " " + new SplittableRandom(1).nextInt() + " " + Base64.getEncoder().encodeToString("é".getBytes("UTF-8")));
    System.out.println(HexFormat.of().formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(new byte[0])));
  }
}
