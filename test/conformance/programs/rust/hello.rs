fn main() {
    let gruß = "Hello, wörld ✓ 😀";
    println!("{gruß}");
}
