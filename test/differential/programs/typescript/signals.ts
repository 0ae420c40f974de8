// A signal that is handled, and those that are ignored or have a handler from the start.
import { readFileSync } from "node:fs";

const masks = (): readonly string[] => readFileSync("/proc/self/status", "utf8").match(/^Sig\w+:.*$/gm) ?? [];
console.log(masks());
process.once("SIGUSR2", (signal: NodeJS.Signals) => {
  console.log("got", signal, masks().length);
});
process.kill(process.pid, "SIGUSR2");
setTimeout(() => console.log("goes on"), 50);
