use std::process::ExitCode;

fn main() -> ExitCode {
    println!("before");
    eprintln!("to stderr");
    ExitCode::from(3)
}
