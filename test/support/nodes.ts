import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { NO_KEYS_FILE } from "./server.ts";
import { eventually } from "./until.ts";

/** A gateway or a worker in a process of its own, joined to a broker. */
export interface RunningNode {
  readonly role: "gateway" | "worker";
  readonly pid: number;
  /** Where it listens; of a worker, only for its health. */
  readonly url: string;
  /** Everything it has said and logged so far. */
  output(): string;
  /** Ends without warning, with all that belongs to it. */
  kill(): Promise<void>;
  /** Stops it as an administrator would, and waits for its end. @throws {Error} when it does not end well. */
  stop(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

export interface NodeOptions {
  readonly role: "gateway" | "worker";
  /** Where the broker is. */
  readonly nats: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const START_TIMEOUT_MS = 40_000;

/** Starts a node on a free port, and waits until it listens. */
export async function startNode({ role, nats, flags = [], env = {} }: NodeOptions): Promise<RunningNode> {
  const own = role === "worker" ? ["--slots", "2", "--warm", "0"] : [];
  const args = ["src/cli/millrace.ts", role, "--nats", nats, "--port", "0", ...own, ...flags];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, MILLRACE_KEYS_FILE: NO_KEYS_FILE, ...env },
  });
  const exited = once(child, "exit");
  const lines: string[] = [];
  createInterface(child.stderr).on("line", (line) => lines.push(line));
  createInterface(child.stdout).on("line", (line) => lines.push(line));
  const output = () => lines.join("\n");
  const url = await eventually(
    `a ${role} says where it listens`,
    () => {
      if (hasEnded(child)) throw new Error(`The ${role} ended:\n${output()}`);
      return / listens on (http:\S+)/.exec(output())?.[1] ?? null;
    },
    START_TIMEOUT_MS,
  );

  return {
    role,
    pid: Number(child.pid),
    url,
    output,
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async stop() {
      if (hasEnded(child)) return;
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      const [code, signal] = await exited;
      if (code !== 0) throw new Error(`The ${role} ended with ${signal ?? code}:\n${output()}`);
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
