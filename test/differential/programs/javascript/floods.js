process.stdout.write("x".repeat(3_000_000));
