import { spawn } from "node:child_process";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const MILLRACE = fileURLToPath(new URL("../../src/cli/millrace.ts", import.meta.url));

/** How the command line ended and what it said. */
export interface CliResult {
  /** null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** What it is given in a pipe; nothing when absent. */
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** False for a user that is not root, but may read what root may. */
  readonly isRoot?: boolean;
}

/** A command line that runs. */
export interface RunningCli {
  readonly ended: Promise<CliResult>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts the real command line with nothing of our environment but where programs are. */
export function startMillrace(args: readonly string[], options: CliOptions = {}): RunningCli {
  const { stdin, cwd, env = {}, isRoot = true } = options;
  const asUser = isRoot ? [] : ["unshare", "--user", "--map-user=1000"];
  const [command = "", ...rest] = [...asUser, process.execPath, MILLRACE, ...args];
  const child = spawn(command, rest, {
    stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], ...env },
    ...(cwd !== undefined && { cwd }),
  });
  child.stdin?.end(stdin);
  const ended = Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
  return {
    ended: ended.then(([[status], stdout, stderr]) => ({ status: status as number | null, stdout, stderr })),
    kill: (signal) => void child.kill(signal),
  };
}

/** Runs the real command line to its end. */
export function millrace(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return startMillrace(args, options).ended;
}

/** Every byte as one character, so that what is no UTF-8 can be told apart. */
async function text(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? "" : (await buffer(stream)).toString("latin1");
}
