/**
 * A cluster on this machine: a NATS server, a gateway and workers, each a process whose lines are told apart. One that ends
 * is started again. Ctrl-C stops all of them. Needs root, as workers do, and nats-server.
 *
 * Usage: npm run cluster -- [--port 8080] [--workers 3]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { freePort } from "./free-port.ts";

/** Where Debian's package puts it: a user's PATH may lack it. */
const NATS_SERVER = "/usr/sbin/nats-server";

const RESTART_AFTER_MS = 500;

const { values } = parseArgs({
  options: { port: { type: "string", default: "8080" }, workers: { type: "string", default: "3" } },
});
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());

const directory = await mkdtemp(join(tmpdir(), "millrace-cluster-"));
const natsPort = await freePort();
const nats = `nats://127.0.0.1:${natsPort}`;
const millrace = (role: string, ...args: string[]) => [
  process.execPath,
  "src/cli/millrace.ts",
  role,
  "--nats",
  nats,
  ...args,
];

const broker = keepRunning("nats", [NATS_SERVER, "-js", "-sd", directory, "-a", "127.0.0.1", "-p", String(natsPort)]);
const nodes = [
  keepRunning("gateway", millrace("gateway", "--port", values.port)),
  ...Array.from({ length: Number(values.workers) }, (_, index) =>
    keepRunning(`worker-${index + 1}`, millrace("worker", "--port", "0")),
  ),
];

await new Promise<void>((resolve) => stopping.signal.addEventListener("abort", () => resolve(), { once: true }));
// Those that still run something need the broker until they have said how it ended.
await Promise.all(nodes.map((node) => node.stop()));
await broker.stop();
await rm(directory, { recursive: true, force: true });

/** Starts a process, and again whenever it ends, until it is stopped. */
function keepRunning(name: string, [program = "", ...args]: readonly string[]): { stop(): Promise<void> } {
  let child: ChildProcess | null = null;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      // A group of its own: a terminal's Ctrl-C is for this process, which stops the others in their order.
      const current = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
      child = current;
      for (const stream of [current.stdout, current.stderr])
        createInterface({ input: stream }).on("line", (line) => console.log(`${name.padEnd(8)} | ${line}`));
      const how = await Promise.race([
        once(current, "exit").then(([code, signal]) => signal ?? `exit status ${code}`),
        once(current, "error").then(([error]) => (error as Error).message),
      ]);
      console.log(`${name.padEnd(8)} | ended: ${how}`);
      if (!stopping.signal.aborted) await delay(RESTART_AFTER_MS);
    }
  }

  const ended = run();
  return {
    async stop() {
      child?.kill("SIGTERM");
      await ended;
    },
  };
}
