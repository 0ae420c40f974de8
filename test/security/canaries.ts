import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const TOOL = fileURLToPath(new URL("host-canaries.py", import.meta.url));

/**
 * Things on the host that no program may see, reach or harm: files, sockets, shared memory and a process. Their names are always
 * the same, so whoever has some at the same time has them together.
 */
export interface Canaries {
  readonly pid: number;
  /** @throws {Error} naming what is damaged. */
  check(): Promise<void>;
  stop(): Promise<void>;
}

export async function startCanaries(): Promise<Canaries> {
  const said = await command("start");
  const pid = Number(/^started (\d+)$/m.exec(said)?.[1]);
  return {
    pid,
    async check() {
      await command("check");
    },
    async stop() {
      await command("stop");
    },
  };
}

async function command(word: "start" | "check" | "stop"): Promise<string> {
  const { stdout } = await run("/usr/bin/python3", [TOOL, word]);
  return stdout;
}
