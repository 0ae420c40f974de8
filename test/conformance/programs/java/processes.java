public class Main {
  public static void main(String[] args) throws Exception {
    Process child = new ProcessBuilder("cat").start();
    try (var stdin = child.getOutputStream()) {
      stdin.write("through a child\n".getBytes());
    }
    child.getInputStream().transferTo(System.out);
    System.out.flush();
  }
}
