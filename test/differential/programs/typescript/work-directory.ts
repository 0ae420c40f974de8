import { readdirSync, statSync, writeFileSync } from "node:fs";

console.log(process.cwd(), readdirSync(".").sort(), statSync(".").mode.toString(8), process.umask());
writeFileSync("made.txt", "made");
console.log(statSync("made.txt").mode.toString(8), statSync("made.txt").uid, readdirSync(".").sort());
