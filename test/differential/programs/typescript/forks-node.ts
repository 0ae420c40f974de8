import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";

// Children that are Node again: of this file, and of one that it has written.
interface Message {
  readonly from: string;
  readonly execArgv: readonly string[];
}

if (process.argv[2] === "child") {
  process.send?.({ from: process.argv.slice(2).join(" "), execArgv: process.execArgv } satisfies Message);
} else {
  writeFileSync("other.mjs", "process.send({ from: 'other', execArgv: process.execArgv }); process.exitCode = 7;");
  for (const file of [process.argv[1] ?? "", "other.mjs"]) {
    const child = fork(file, ["child", "of", "this"]);
    child.on("message", (message: Message) => console.log(message.from, message.execArgv));
    const [code, signal] = await new Promise<unknown[]>((resolve) => child.once("close", (...ended) => resolve(ended)));
    console.log(code, signal, child.spawnargs.length);
  }
}
