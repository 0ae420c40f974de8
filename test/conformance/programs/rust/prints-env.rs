use std::env;

fn main() {
    println!("[{}]", env::var("GREETING").unwrap());
    println!("[{}]", env::var("EMPTY").unwrap());
}
