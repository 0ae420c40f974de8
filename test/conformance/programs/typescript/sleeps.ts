import { setTimeout as sleep } from "node:timers/promises";

await sleep(401);
console.log("slept");
