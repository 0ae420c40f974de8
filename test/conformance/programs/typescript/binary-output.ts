const bytes: number[] = Array.from({ length: 256 }, (_, byte: number) => byte);
process.stdout.write(Buffer.from(bytes));
