fn main() {
    let mut taken = Vec::new();
    loop {
        taken.push(vec![b'x'; 1 << 20]);
    }
}
