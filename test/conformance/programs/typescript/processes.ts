import { execFileSync } from "node:child_process";

const output: Buffer = execFileSync("cat", { input: "through a child\n" });
process.stdout.write(output);
