const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
process.stdout.write(bytes);
process.stderr.write(bytes.subarray(128));
