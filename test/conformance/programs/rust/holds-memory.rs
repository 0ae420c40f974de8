fn main() {
    let held = vec![b'x'; 32 << 20];
    println!("{}", if std::hint::black_box(&held).len() > 0 { "held" } else { "lost" });
}
