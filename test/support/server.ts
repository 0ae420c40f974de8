import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { FIRST_ID, IDS_PER_INSTANCE } from "./host.ts";
import { childrenOf, commandOf, statusOf } from "./processes.ts";
import { eventually } from "./wait.ts";

const PROGRAM = fileURLToPath(new URL("../../src/cli/millrace.ts", import.meta.url));

const STOP_TIMEOUT_MS = 15_000;

/** A real server: a process of its own, with its supervisor, its launcher and their boxes. */
export interface Server {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Which of the host's instances it is: its directory is `/run/millrace/<instance>`. */
  readonly instance: number;
  /** What it has logged so far, one JSON text a line. */
  readonly log: readonly string[];
  /** Resolves when the process has ended. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  supervisorPid(): number;
  /** The launcher that lives at the moment. */
  launcherPid(): number;
  kill(signal: NodeJS.Signals): void;
  /** Ends it in order, or by force when that takes too long. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly slots?: number;
  readonly queue?: number;
  /** Added to an environment that is otherwise empty but for PATH. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `millrace serve` at a free port, and resolves when it listens. */
export async function startServer({ slots = 2, queue, env = {} }: ServerOptions = {}): Promise<Server> {
  const args = ["serve", "--port", "0", "--slots", String(slots)];
  if (queue !== undefined) args.push("--queue", String(queue));
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], ...env },
  });
  const log: string[] = [];
  createInterface(child.stderr).on("line", (line) => log.push(line));
  const exited = once(child, "exit").then(([code, signal]) => ({ code, signal }));
  const url = await readUrl(child.stdout, log);
  const pid = child.pid as number;

  const server: Server = {
    url,
    port: Number(new URL(url).port),
    pid,
    instance: (Number(statusOf(pid, "Uid").split(/\s+/)[0]) - FIRST_ID) / IDS_PER_INSTANCE,
    log,
    exited,
    supervisorPid: () => only(childrenOf(pid).filter(isLauncherBinary), "supervisor"),
    launcherPid: () => only(childrenOf(server.supervisorPid()), "launcher"),
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
  return server;
}

async function readUrl(stdout: NodeJS.ReadableStream, log: readonly string[]): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: stdout })) {
    said.push(line);
    const url = /http:\/\/127\.0\.0\.1:\d+$/.exec(line)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`The server ended before it listened. It said:\n${[...said, ...log].join("\n")}`);
}

function isLauncherBinary(pid: number): boolean {
  return commandOf(pid).endsWith("millrace-launcher");
}

function only(pids: readonly number[], what: string): number {
  const [pid] = pids;
  if (pid === undefined || pids.length > 1)
    throw new Error(`There are ${pids.length} processes that may be the ${what}`);
  return pid;
}

/** Waits until the server can take executions. */
export async function becomesReady(server: Server): Promise<void> {
  await eventually("the server is ready", async () => (await fetch(`${server.url}/readyz`)).ok, 10_000);
}
