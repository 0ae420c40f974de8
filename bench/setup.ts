import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { toExecution } from "../src/gateway/to-execution.ts";
import { runCommand } from "../src/languages/command.ts";
import { buildLauncher } from "../src/main/build-launcher.ts";
import { loadLanguages } from "../src/main/load-languages.ts";
import { NATIVE_DIRECTORY } from "../src/main/package-files.ts";
import { type Driver, type DriverCommand, startDriver } from "./driver.ts";
import { buildNativePrograms, type NativePrograms } from "./native-programs.ts";
import { type Server, type Service, startServer } from "./server.ts";

/** A request to be sent again and again. */
export interface Target {
  readonly path: string;
  readonly body: string | Uint8Array;
  readonly status: number;
  /** The body of the answer, where it is always the same. */
  readonly answer?: string;
}

/** A program, and what is started after it: a run is all of them. */
export interface BareCommand extends DriverCommand {
  readonly then?: readonly (readonly string[])[];
  /** The source, where each run is to have one of its own; see native/spawn.c. */
  readonly stamped?: string;
}

/** What measurements are made with. It is there when it is asked for, and ends with `close`. */
export interface Setup {
  readonly programs: NativePrograms;
  readonly processors: number;
  /** Runs of the measurement that looks for leaks. */
  readonly leakRuns: number;
  /** The rows of the table of languages that are asked for; all when empty. */
  readonly onlyLanguages: readonly string[];
  /** In memory, for programs that are started without a box. */
  readonly directory: string;
  /** The server that all measurements share; a warm one when nothing is said. */
  server(service?: Service): Promise<Server>;
  /** Hello in Python, as a request. */
  readonly pythonHello: Target;
  /** Hello in Python without Millrace: the executable, arguments and environment that a box gets, in a directory of memory. */
  readonly bareHello: DriverCommand;
  /** Starts a driver that sends requests to one of the servers, the warm one when nothing is said. */
  startLoad(target: Target, service?: Service): Promise<Driver>;
  /** Starts a driver that starts a program. */
  startBare(command: BareCommand): Driver;
  close(): Promise<void>;
}

/** The directory of programs that are started without a box is in memory, like the one in a box. */
const MEMORY_DIRECTORY = "/dev/shm";

export async function createSetup(options: Pick<Setup, "leakRuns" | "onlyLanguages">): Promise<Setup> {
  const programs = await buildNativePrograms();
  // Here, since drivers are started with an empty environment, in which there is no compiler.
  await buildLauncher({ nativeDirectory: NATIVE_DIRECTORY, announce: console.error });
  const directory = await mkdtemp(join(MEMORY_DIRECTORY, "millrace-bench-"));
  const { code, command } = await describePythonHello(directory);
  const servers = new Map<Service, Promise<Server>>();
  let files = 0;

  async function save(content: string | Uint8Array): Promise<string> {
    const path = join(directory, `sent-${files++}`);
    await writeFile(path, content);
    return path;
  }

  function getServer(service: Service = "warm"): Promise<Server> {
    const server = servers.get(service) ?? startServer(service);
    servers.set(service, server);
    return server;
  }

  return {
    programs,
    processors: availableParallelism(),
    ...options,
    directory,
    server: getServer,
    pythonHello: { path: "/lang/python", body: code, status: 200, answer: "Hello, world!\n" },
    bareHello: command,
    async startLoad({ path, body, status, answer }, service) {
      const { port } = await getServer(service);
      const expected = answer === undefined ? [] : [await save(answer)];
      const args = [String(port), path, await save(body), String(status), ...expected];
      return startDriver({ executable: programs.load, args });
    },
    startBare({ executable, args, then = [], stamped, ...rest }) {
      const stamp = stamped === undefined ? [] : ["--stamp", stamped];
      const steps = then.flatMap((step) => ["--then", ...step]);
      return startDriver({ executable: programs.spawn, args: [...stamp, executable, ...args, ...steps], ...rest });
    },
    async close() {
      for (const server of servers.values()) await (await server).close();
      await rm(directory, { recursive: true });
    },
  };
}

async function describePythonHello(directory: string): Promise<{ code: string; command: DriverCommand }> {
  const languages = await loadLanguages({ folder: null, only: ["python"] });
  const python = languages.find("python");
  const code = python.manifest.hello;
  const submission = {
    language: "python",
    version: undefined,
    code: Buffer.from(code),
    stdin: Buffer.alloc(0),
    args: [],
  };
  const execution = toExecution(submission, languages);
  const { executable, argv, env } = runCommand(python, execution, []);
  for (const file of execution.files) await writeFile(join(directory, file.path), file.content);
  return { code, command: { executable, args: argv.slice(1), env, cwd: directory } };
}
