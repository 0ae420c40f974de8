use std::io::Write;
use std::process::{Command, Stdio};

fn main() {
    let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"through a child\n").unwrap();
    child.wait().unwrap();
}
