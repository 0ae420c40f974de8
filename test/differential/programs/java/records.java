import java.util.*;
import java.util.stream.*;

public class Main {
  record Point(int x, int y) implements Comparable<Point> {
    Point { if (x < 0) throw new IllegalArgumentException("x is " + x); }
    public int compareTo(Point other) { return Integer.compare(x, other.x); }
  }
  sealed interface Shape permits Circle, Square {}
  record Circle(double radius) implements Shape {}
  record Square(double side) implements Shape {}
  enum Level { LOW, HIGH }

  public static void main(String[] args) {
    System.out.println(new Point(1, 2) + " " + new Point(1, 2).equals(new Point(1, 2)) + " " + new Point(1, 2).hashCode());
    System.out.println(Arrays.toString(Point.class.getRecordComponents()) + EnumSet.allOf(Level.class));
    System.out.println(Stream.of(3, 1, 2).map(x -> new Point(x, -x)).sorted().collect(Collectors.toList()));
    System.out.println(IntStream.range(0, 1000).parallel().sum() + " " + Map.of("one", 1).entrySet());
    Shape shape = new Circle(1);
    System.out.println(shape instanceof Circle circle ? circle.radius() : -1);
    new Point(-1, 0);
  }
}
