import { readFileSync } from "node:fs";

const line: string = readFileSync(0, "utf8").trimEnd();
console.log([...line].length);
