import java.util.List;

public class Main {
  int text = "text";
  public static void main(String[] args) {
    undefined(1);
    List<String> list = new List<>();
    for (int i = 0; i < 3; i++ { }
    String é = 'too long';
  }
}
