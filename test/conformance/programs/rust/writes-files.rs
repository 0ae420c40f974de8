use std::env::temp_dir;
use std::fs;
use std::path::Path;

fn write_and_print(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    print!("{}", fs::read_to_string(path).unwrap());
}

fn main() {
    write_and_print(Path::new("notes.txt"), "blåbær\n");
    write_and_print(&temp_dir().join("scratch"), "temporary\n");
}
