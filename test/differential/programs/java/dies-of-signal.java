public class Main {
  public static void main(String[] args) throws Exception {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
    System.out.println("before");
    new ProcessBuilder("/bin/kill", "-TERM", String.valueOf(ProcessHandle.current().pid())).start();
    Thread.sleep(20_000);
  }
}
