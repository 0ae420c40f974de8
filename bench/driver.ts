import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";

/** What came of a batch of runs. */
const batchSchema = z.object({
  elapsedMs: z.number(),
  done: z.number(),
  /** Those of `done` that did not end as they should. */
  failed: z.number(),
  latenciesMs: z.array(z.number()),
  /** Processor time of the driver itself. */
  cpuMs: z.number(),
  /** Processor time of the programs; of those in boxes by the server's word. */
  programCpuMs: z.number(),
});

export type Batch = z.output<typeof batchSchema>;

/** A process that does runs when it is told to: the program itself, a request, or a call of the sandbox. */
export interface Driver {
  /** Does `count` runs in `lanes` parallel lanes. */
  runs(lanes: number, count: number): Promise<Batch>;
  /** Does runs in `lanes` parallel lanes for `ms` milliseconds. */
  time(lanes: number, ms: number): Promise<Batch>;
  close(): Promise<void>;
}

export interface DriverCommand {
  readonly executable: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** No batch takes this long, milliseconds: something hangs. */
const ANSWER_TIMEOUT_MS = 120_000;

/** Starts a driver: it reads commands from its standard input, a line each, and answers each with a line of JSON. */
export function startDriver({ executable, args, env, cwd }: DriverCommand): Driver {
  const child = spawn(executable, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...env }, cwd });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  child.stdin.on("error", () => undefined); // it has ended, which `exited` tells better

  async function ask(command: string): Promise<Batch> {
    child.stdin.write(`${command}\n`);
    const timer = setTimeout(() => child.kill("SIGKILL"), ANSWER_TIMEOUT_MS);
    const line = await lines.next();
    clearTimeout(timer);
    if (line.done) throw new Error(`${executable} ended at "${command}": ${await exited}`);
    return batchSchema.parse(JSON.parse(line.value));
  }

  return {
    runs: (lanes, count) => ask(`runs ${lanes} ${count}`),
    time: (lanes, ms) => ask(`time ${lanes} ${ms}`),
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}
