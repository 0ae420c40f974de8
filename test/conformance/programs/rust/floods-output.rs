fn main() {
    for number in 1.. {
        println!("{number}");
    }
}
