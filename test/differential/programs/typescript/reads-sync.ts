import { fstatSync, readFileSync } from "node:fs";

const bytes: Buffer = readFileSync(0);
console.log(bytes.toString("hex"), fstatSync(0).isFIFO(), process.stdin.isTTY);
