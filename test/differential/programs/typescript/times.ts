// Clocks begin with the process, not with its box.
import { performance } from "node:perf_hooks";

console.log(`~age-seconds ${process.uptime()}`);
console.log(`~age-seconds ${performance.now() / 1000}`);
console.log(`~age-seconds ${(Date.now() - performance.timeOrigin) / 1000}`);
console.log(Math.abs(Date.now() - performance.timeOrigin - performance.now()) < 1_000);
