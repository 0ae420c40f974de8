import { existsSync, readFileSync, statSync } from "node:fs";

const made = readFileSync("main.ts.mjs", "utf8");
console.log(existsSync("main.ts"), statSync("main.ts").size, statSync("main.ts.mjs").mode.toString(8), made.includes("rereads"));
console.log(readFileSync("main.ts", "utf8"));
