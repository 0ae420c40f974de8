use std::thread::sleep;
use std::time::Duration;

fn main() {
    sleep(Duration::from_millis(400));
    println!("slept");
}
