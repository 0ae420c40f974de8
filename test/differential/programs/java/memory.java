import java.lang.management.*;
import java.util.*;

public class Main {
  public static void main(String[] args) {
    List<String> names = new ArrayList<>();
    for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) names.add(bean.getName() + bean.getCollectionCount());
    System.out.println(names + " " + Runtime.getRuntime().totalMemory());
    System.out.println(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getInit());
    System.out.println(ManagementFactory.getRuntimeMXBean().getVmName() + " " + ManagementFactory.getRuntimeMXBean().getSystemProperties().size());
    System.gc();
    System.out.println(ManagementFactory.getGarbageCollectorMXBeans().get(1).getCollectionCount());
    System.out.println("~age-seconds " + ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0);
    System.out.println(new Object().hashCode() != new Object().hashCode());
  }
}
