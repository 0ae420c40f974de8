import java.time.*;
import java.util.*;

public class Main {
  public static void main(String[] args) throws Exception {
    System.out.println(ZoneId.systemDefault() + " " + new Date(0) + " " + LocalDate.EPOCH + " " + Clock.systemDefaultZone());
    long before = System.nanoTime();
    Thread.sleep(20);
    System.out.println((System.nanoTime() - before) / 1_000_000 >= 19);
    System.out.println("~cpu-seconds " + ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0);
    System.out.println("~age-seconds " + Duration.between(ProcessHandle.current().info().startInstant().orElseThrow(), Instant.now()).toMillis() / 1000.0);
    System.out.println(new GregorianCalendar(2024, Calendar.JULY, 1).getTime() + " " + String.format(Locale.GERMANY, "%,.2f", 1234.5));
  }
}
