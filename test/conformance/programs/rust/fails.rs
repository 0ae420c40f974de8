fn inner() {
    panic!("no way"); // HERE
}

fn main() {
    inner();
}
