import { readdirSync, readlinkSync } from "node:fs";

const kinds: string[] = readdirSync("/proc/self/fd").map((fd: string) => {
  try {
    return `${fd} ${readlinkSync(`/proc/self/fd/${fd}`).replace(/\d+/, "n")}`;
  } catch {
    return `${fd} gone`;
  }
});
console.log(kinds.sort());
