import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findOrdinaryUser } from "../hosts/ordinary-user.ts";
import { findInstance, type Instance } from "./instance.ts";
import { SLOWNESS } from "./slowness.ts";
import { until } from "./until.ts";

/** A real server in a process of its own. */
export interface RunningServer {
  /** Like `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  readonly instance: Instance;
  /** Everything it has said and logged so far. */
  output(): string;
  /** Resolves with how the process ended: `[exit code, signal]`, one of them null. */
  readonly exited: Promise<unknown[]>;
  /**
   * Stops it as an administrator would, by SIGTERM.
   * @throws {Error} when it does not end well, or leaves anything on the host.
   */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** What Node runs, with its own arguments; by default a server. */
  readonly command?: readonly string[];
  /** A command that prepares its surroundings and then becomes the one that stands behind it. */
  readonly inside?: readonly string[];
  readonly slots?: number;
  /** How many executions may wait. */
  readonly queue?: number;
  /** Where it keeps what was answered 202; by default a directory of its own, which goes with it. */
  readonly dataDirectory?: string;
  /** More flags of the command. */
  readonly flags?: readonly string[];
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export const NO_KEYS_FILE = "/nonexistent/keys.json";

const START_TIMEOUT_MS = 50_000 * SLOWNESS;
const STOP_TIMEOUT_MS = 40_000 * SLOWNESS;

/** The command line's `serve`; where a mutation is tried, a server that lacks a defence. */
function defaultCommand(): readonly string[] {
  const mutation = process.env["MILLRACE_TEST_MUTATION"];
  return mutation === undefined ? ["src/cli/millrace.ts", "serve"] : ["test/mutation/serve-mutated.ts", mutation];
}

/** Starts a server on a free port and waits until it can run programs. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { command = defaultCommand(), slots, queue, env = {} } = options;
  const user = findOrdinaryUser();
  const inside = [...(options.inside ?? []), ...(user?.inside ?? [])];
  const flags = [...(user?.flags ?? []), ...(options.flags ?? [])];
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), "millrace-data-"));
  chmodSync(dataDirectory, 0o711);
  if (user !== null) chownSync(dataDirectory, user.uid, user.uid);
  const args = [...command, "--port", "0", ...flags];
  if (slots !== undefined) args.push("--slots", String(slots));
  if (queue !== undefined) args.push("--queue", String(queue));
  const [program = process.execPath, ...rest] = [...inside, process.execPath, ...args];
  const server = spawn(program, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    // Keys of this host are not for tests.
    env: {
      ...process.env,
      MILLRACE_KEYS_FILE: NO_KEYS_FILE,
      MILLRACE_DATA_DIRECTORY: dataDirectory,
      ...user?.env,
      ...env,
    },
  });
  if (options.dataDirectory === undefined) server.once("exit", () => rmSync(dataDirectory, { recursive: true }));
  const exited = once(server, "exit");
  const lines: string[] = [];
  createInterface(server.stderr).on("line", (line) => lines.push(line));
  try {
    const url = await readAddress(server, lines);
    await becomesReady({ url });
    const instance = findInstance(Number(server.pid));
    return {
      url,
      port: Number(new URL(url).port),
      instance,
      output: () => lines.join("\n"),
      exited,
      stop: () => stopServer(server, exited, instance, lines),
    };
  } catch (cause) {
    server.kill("SIGKILL");
    throw new Error(`The server did not start:\n${lines.join("\n")}`, { cause });
  }
}

/** Waits until a server takes executions again. */
export async function becomesReady({ url }: Pick<RunningServer, "url">): Promise<void> {
  const notReady = await until(() => checkReady(url), START_TIMEOUT_MS);
  if (notReady.length > 0) throw new Error(notReady.join());
}

function readAddress(server: ChildProcess, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("It does not say where it listens")), START_TIMEOUT_MS);
    const said = createInterface({ input: server.stdout as NodeJS.ReadableStream });
    said.on("line", (line) => {
      lines.push(line);
      const url = / listens on (http:\S+)$/.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
    server.once("exit", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`It ended with ${signal ?? code}`));
    });
  });
}

async function checkReady(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/readyz`);
  return answer.status === 200 ? [] : [`/readyz answers ${answer.status}`];
}

async function stopServer(
  server: ChildProcess,
  exited: Promise<unknown[]>,
  instance: Instance,
  lines: readonly string[],
): Promise<void> {
  server.kill("SIGTERM");
  const timer = setTimeout(() => server.kill("SIGKILL"), STOP_TIMEOUT_MS);
  const [code, signal] = await exited;
  clearTimeout(timer);
  const remains = await until(instance.remains);
  if (code === 0 && remains.length === 0) return;
  throw new Error(`The server ended with ${signal ?? code} and left ${JSON.stringify(remains)}:\n${lines.join("\n")}`);
}
