import java.io.*;
import java.util.*;

public class Main {
  public static void main(String[] args) throws Exception {
    Process shell = new ProcessBuilder("/bin/sh", "-c", "cat; echo from a child >&2; ls /proc/self/fd | wc -l; exit 5").redirectErrorStream(true).start();
    try (OutputStream in = shell.getOutputStream()) { in.write("given\n".getBytes()); }
    System.out.print(new String(shell.getInputStream().readAllBytes()));
    System.out.println(shell.waitFor());
    Map<String, String> environment = new ProcessBuilder().environment();
    System.out.println(environment.containsKey("LD_PRELOAD") + " " + environment.size());
    System.out.println(new ProcessBuilder("env").start().inputReader().lines().sorted().toList());
    Process inherits = new ProcessBuilder("sh", "-c", "read line; echo $line").inheritIO().start();
    System.out.println(inherits.waitFor());
    String java = ProcessHandle.current().info().command().orElseThrow();
    System.out.print(new String(new ProcessBuilder(java, "-Xshare:auto", "-version").redirectErrorStream(true).start().getInputStream().readAllBytes()));
    try { new ProcessBuilder("/nothing").start(); } catch (IOException error) { System.out.println(error.getMessage()); }
  }
}
