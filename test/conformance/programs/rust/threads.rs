use std::thread;

fn main() {
    let workers: Vec<_> = (1..=4)
        .map(|factor| thread::spawn(move || (1..=1000).map(|k| factor * k).sum::<i64>()))
        .collect();
    let total: i64 = workers.into_iter().map(|worker| worker.join().unwrap()).sum();
    println!("{total}");
}
