fn main() {
    println!("before");
    let total: i32 = "text"; // HERE
    println!("{total}");
}
