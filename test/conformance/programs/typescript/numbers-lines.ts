import { createInterface } from "node:readline";

let number: number = 0;
for await (const line of createInterface({ input: process.stdin })) {
  console.log(`${++number}: ${line}`);
}
