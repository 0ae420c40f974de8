use std::io::{stdin, BufRead};

fn main() {
    for (index, line) in stdin().lock().lines().enumerate() {
        println!("{}: {}", index + 1, line.unwrap());
    }
}
