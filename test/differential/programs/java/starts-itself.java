public class Main {
  public static void main(String[] args) throws Exception {
    System.out.println("round " + (args.length + 1));
    if (args.length > 0) return;
    String java = ProcessHandle.current().info().command().orElseThrow();
    System.out.println(new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), "Main", "again").inheritIO().start().waitFor());
  }
}
