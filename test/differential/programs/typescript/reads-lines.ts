import { createInterface } from "node:readline/promises";

const lines: string[] = [];
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) lines.push(line);
console.log(lines);
