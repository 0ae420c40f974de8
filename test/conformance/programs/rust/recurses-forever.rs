use std::hint::black_box;

#[allow(unconditional_recursion)]
fn descend(depth: u64) -> u64 {
    1 + black_box(descend(black_box(depth + 1)))
}

fn main() {
    println!("{}", descend(0));
}
