const held: Buffer = Buffer.alloc(32 * 1024 * 1024, "x");
console.log(held.length > 0 ? "held" : "lost");
