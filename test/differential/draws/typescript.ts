import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";

const words: readonly string[] = [
  String(Math.random()),
  randomUUID(),
  crypto.randomUUID(),
  randomBytes(8).toString("hex"),
  Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex"),
];
console.log(words.join("\n"));
console.log(mkdtempSync("/tmp/t-"));
