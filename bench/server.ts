import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startNatsServer } from "../test/support/nats-server.ts";
import type { LoopReport, MemoryReport, ProbeAnswer, ProbeRequest } from "./server-probe.ts";

/** How a server starts programs: as by default, with interpreters that are booted ahead, or each anew. */
export type Start = "warm" | "cold";

/** One process that is everything, or a gateway and a worker, as by default, that meet at a NATS server. */
export type Service = Start | "nats";

/** A server of this checkout, in a process of its own that answers clients, with defaults for everything but port and log. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  /** Starts watching its event loop. */
  watchLoop(): Promise<void>;
  /** What was seen since then. */
  reportLoop(): Promise<LoopReport>;
  /** What it still holds after a garbage collection. */
  measureMemory(): Promise<MemoryReport>;
  close(): Promise<void>;
}

const CLI = join(import.meta.dirname, "../src/cli/millrace.ts");
const PROBE = join(import.meta.dirname, "server-probe.ts");

/** Keys of this host are not for the bench. */
const NO_KEYS_FILE = "/nonexistent/keys.json";

const ANSWER_TIMEOUT_MS = 30_000;

/** Starts the server and resolves when it listens. */
export async function startServer(service: Service): Promise<Server> {
  if (service === "nats") return startCluster();
  return startNode("serve", service === "cold" ? ["--warm", "0"] : []);
}

async function startCluster(): Promise<Server> {
  const broker = await startNatsServer();
  const gateway = await startNode("gateway", ["--nats", broker.url]);
  const worker = await startNode("worker", ["--nats", broker.url]);
  return {
    ...gateway,
    async close() {
      for (const node of [gateway, worker]) await node.close();
      await broker.stop();
    },
  };
}

async function startNode(role: "serve" | "gateway" | "worker", args: readonly string[]): Promise<Server> {
  const child = fork(CLI, [role, "--port", "0", "--log", "warn", "--keys-file", NO_KEYS_FILE, ...args], {
    execArgv: ["--expose-gc", "--import", PROBE],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const { stdout, pid } = child;
  if (stdout === null || pid === undefined) throw new Error("The server could not be started");

  async function ask<Answer extends ProbeAnswer>(request: ProbeRequest): Promise<Answer> {
    const answered = once(child, "message", { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    child.send(request);
    const [answer] = (await answered) as [Answer];
    return answer;
  }

  async function close(): Promise<void> {
    child.kill("SIGTERM");
    await exited;
  }

  for await (const line of createInterface({ input: stdout })) {
    const port = /listens on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line)?.[1];
    if (port === undefined) continue;
    stdout.resume();
    return {
      pid,
      port: Number(port),
      watchLoop: async () => void (await ask("watch")),
      reportLoop: () => ask("report"),
      measureMemory: () => ask("memory"),
      close,
    };
  }
  throw new Error(`The server ended before it listened: ${await exited}`);
}
