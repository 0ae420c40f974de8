import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicInteger;

public class Main {
  public static void main(String[] args) throws Exception {
    Thread main = Thread.currentThread();
    System.out.println(main + " " + main.getThreadGroup() + " " + main.getContextClassLoader().getClass().getName());
    Set<String> names = new TreeSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) names.add(thread.getName() + thread.isDaemon());
    System.out.println(names);
    for (StackTraceElement frame : Thread.getAllStackTraces().get(main)) System.out.println(frame);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    List<Future<Integer>> results = new ArrayList<>();
    for (int i = 0; i < 8; i++) { int number = i; results.add(pool.submit(() -> number * number)); }
    for (Future<Integer> result : results) System.out.print(result.get() + " ");
    pool.shutdown();
    System.out.println(pool.awaitTermination(5, TimeUnit.SECONDS));
    AtomicInteger count = new AtomicInteger();
    CompletableFuture.allOf(Collections.nCopies(5, 0).stream().map(x -> CompletableFuture.runAsync(count::incrementAndGet)).toArray(CompletableFuture[]::new)).join();
    System.out.println(count + " " + ForkJoinPool.commonPool().getParallelism() + " " + Runtime.getRuntime().availableProcessors());
    Thread named = new Thread(() -> System.out.println(Thread.currentThread().getName()));
    named.start();
    named.join();
  }
}
