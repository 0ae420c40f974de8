use std::fs;
use std::io::ErrorKind;

fn main() {
    match fs::read_to_string("missing.txt") {
        Err(error) if error.kind() == ErrorKind::NotFound => println!("caught"),
        other => println!("{other:?}"),
    }
}
