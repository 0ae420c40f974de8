use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

fn main() {
    println!("{}", RandomState::new().build_hasher().finish());
}
