import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** The supervisor, which keeps a launcher running as long as its standard input is open. */
export interface LauncherProcess {
  /** Where the launcher listens. */
  readonly socketPath: string;
  /** The user and group, of this instance alone, that may connect: whoever speaks to the launcher becomes them first. */
  readonly uid: number;
  readonly gid: number;
  /** Resolves with how the supervisor ended, like `exit code 1` or `SIGKILL`. It ends by itself only when all is lost. */
  readonly exited: Promise<string>;
  /** The last lines that supervisor and launchers have said, as a sentence; empty when they have said nothing. */
  readonly lastWords: () => string;
  /** Has the launcher killed, which does not answer; the supervisor starts another. */
  readonly replace: () => void;
  /**
   * Lets the supervisor go and waits for its end.
   * @throws {Error} when it has not ended after `timeoutMs` milliseconds.
   */
  stop(timeoutMs?: number): Promise<void>;
}

export interface LauncherProcessOptions {
  /** The launcher's binary. */
  readonly path: string;
  readonly args?: readonly string[];
  /**
   * What boxes may show of the host, paths without links: whoever connects later, a worker that was taken over too, can have
   * nothing else shown.
   */
  readonly sources: readonly string[];
  /** Takes what the supervisor and its launchers say, line by line. */
  readonly log: (line: string) => void;
  /** How long it may take to be ready, milliseconds. */
  readonly readyTimeoutMs?: number;
}

const READY_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 10_000;
/** Longer than any line that the supervisor says when it is ready. */
const READY_LINE_MAX_BYTES = 512;
/** The last lines of standard error that a failure quotes. */
const QUOTED_LINES = 5;

/** Any byte at all; see native/supervisor.c. */
const REPLACE = "\n";

const READY_LINE = /^(\/[^ ]+) (\d{1,10}) (\d{1,10})\n/;

type Spawned = ChildProcess & { stdout: Readable; stderr: Readable };

/** Reads the one line that says where the launcher listens. */
function readReadyLine(stdout: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    stdout.setEncoding("latin1");
    stdout.on("data", (part: string) => {
      if (text.length > READY_LINE_MAX_BYTES) return;
      text += part;
      if (text.includes("\n")) resolve(text);
      else if (text.length > READY_LINE_MAX_BYTES) reject(new Error("The supervisor said more than one short line."));
    });
    stdout.on("error", reject);
  });
}

/** It is read as long as this process lives, which does not live for that. */
function stopKeepingAlive(output: Readable): void {
  if (output instanceof Socket) output.unref();
}

function watchExit(child: Spawned): Promise<string> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

/**
 * Starts the supervisor. It has a session of its own, so that a terminal's Ctrl-C reaches the server alone, which then
 * shuts down in order.
 * @throws {Error} when it is not ready in time; the message has its last words.
 */
export async function startLauncherProcess(options: LauncherProcessOptions): Promise<LauncherProcess> {
  const { path, args = [], sources, log, readyTimeoutMs = READY_TIMEOUT_MS } = options;
  const child = spawn(path, [...args, "show", ...sources], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {},
    cwd: "/",
    detached: true,
  }) as Spawned;
  const lastLines: string[] = [];
  const exited = watchExit(child);
  // A child of its own that hangs may hold the other ends of its outputs: nobody waits for them any longer than for it.
  child.on("exit", () => [child.stdout, child.stderr].forEach(stopKeepingAlive));
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (lastLines.push(line) > QUOTED_LINES) lastLines.shift();
    log(line);
  });
  child.stdin?.on("error", (error) => log(`standard input of the supervisor: ${error.message}`));

  const lastWords = (): string => (lastLines.length === 0 ? "" : ` It said: ${lastLines.join(" | ")}`);

  function replace(): void {
    if (child.stdin?.writable) child.stdin.write(REPLACE);
  }

  async function stop(timeoutMs = STOP_TIMEOUT_MS): Promise<void> {
    child.stdin?.end();
    await within(timeoutMs, exited, `The supervisor did not end within ${timeoutMs} ms.`);
  }

  try {
    const ended = exited.then((how) => {
      throw new Error(`The supervisor ended before it was ready: ${how}.`);
    });
    const tooLate = `The supervisor was not ready within ${readyTimeoutMs} ms.`;
    const line = await within(readyTimeoutMs, Promise.race([readReadyLine(child.stdout), ended]), tooLate);
    const [, socketPath, uid, gid] = READY_LINE.exec(line) ?? [];
    if (socketPath === undefined) throw new Error(`The supervisor said ${JSON.stringify(line)}.`);
    return { socketPath, uid: Number(uid), gid: Number(gid), exited, lastWords, replace, stop };
  } catch (error) {
    child.stdin?.end();
    child.kill("SIGKILL"); // it ignores the gentler ones
    throw new Error(`${(error as Error).message}${lastWords()}`, { cause: error });
  }
}

/** @throws {Error} with `message` when `promise` takes longer than `timeoutMs` milliseconds. */
async function within<Value>(timeoutMs: number, promise: Promise<Value>, message: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), timeoutMs);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
