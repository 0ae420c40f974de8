import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from "node:fs";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import { post } from "../support/client.ts";
import { isAtGate } from "../support/instance.ts";
import { readProcess } from "../support/processes.ts";
import type { RunningServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";
import { catchSight, childrenOf, executableOf, freeze, groupOf, hasMark, MARK, thaw } from "./holding.ts";

/** Who can be killed. The columns of the matrix in docs/failures.md. */
export type Victim =
  | "server"
  | "supervisor"
  | "launcher"
  | "maker"
  | "remover"
  | "first process"
  | "parked process"
  | "warm process"
  | "zygote"
  | "compiler"
  | "compiler's child"
  | "program"
  | "program's child";

/** An execution that was sent. */
export interface Asked {
  readonly answer: Promise<Response>;
  /** What it prints when all goes well. */
  readonly stdout: string;
  readonly isAnswered: () => boolean;
}

/** A server that was brought to a stage of a run and is held there. */
export interface Scene {
  /** What is under way, in the order in which it was asked for. */
  readonly asked: readonly Asked[];
  readonly processes: Partial<Record<Victim, readonly number[]>>;
  /** Lets everything that is held go on. */
  release(): void;
}

/** The stage was over before it could be held: it takes another try. */
export class Missed extends Error {
  override readonly name = "Missed";
}

export type Stage = (server: RunningServer) => Promise<Scene>;

/** How long a program stays where it can be seen, seconds. */
const DWELL = 0.2;

const python = (code: string, changes: Partial<ExecutionRequest> = {}): ExecutionRequest => ({
  language: "python",
  code: `import os, time\n${code}`,
  limits: { wallMs: 30_000 },
  ...changes,
});

function ask(server: RunningServer, request: ExecutionRequest, stdout: string): Asked {
  let isAnswered = false;
  const answer = post(server, request);
  const note = () => {
    isAnswered = true;
  };
  answer.then(note, note); // what it is, is looked at later
  return { answer, stdout, isAnswered: () => isAnswered };
}

/** Catches sight of something while an execution is under way. */
function catchDuring<Value>({ isAnswered }: Asked, what: string, look: () => Value | null | undefined): Promise<Value> {
  return catchSight(what, () => {
    const seen = look();
    if ((seen === null || seen === undefined) && isAnswered()) throw new Missed(what);
    return seen;
  });
}

/** Those that are there at every stage. */
function always({ instance }: RunningServer) {
  return {
    server: [instance.serverPid],
    supervisor: [instance.supervisorPid],
    launcher: [instance.launcherPid()],
  };
}

/** Processes in boxes that have become a program, or were booted ahead and have been told to go on. */
function programsOf(launcher: number, own: string): number[] {
  return childrenOf(launcher).filter((pid) => {
    const executable = executableOf(pid);
    if (executable === "" || executable === own || isAtGate({ pid })) return false;
    const seen = readProcess(pid);
    return seen !== null && seen.innerPid !== seen.pid; // else it is a zygote, which is in no box
  });
}

/** Waits for the main process of a box that satisfies the condition, and holds it. */
async function holdProgram(
  launcher: number,
  asked: Asked,
  what: string,
  condition: (pid: number) => boolean,
): Promise<number> {
  const own = executableOf(launcher);
  const pid = await catchDuring(asked, what, () => programsOf(launcher, own).find(condition));
  if (!(await freeze(pid))) throw new Missed(what);
  return pid;
}

function firstProcessBeside(server: RunningServer, program: number): number {
  // A lane has two ids: that of pid 1, and the next one for the program.
  const uid = (readProcess(program)?.uid ?? 0) - 1;
  const beside = server.instance.boxProcesses().filter((other) => other.innerPid === 1 && other.uid === uid);
  if (beside.length !== 1) throw new Error(`${beside.length} processes may be the first beside ${program}`);
  return beside[0]?.pid ?? 0;
}

/** Different for each execution for which something has to be made anew. */
let made = 0;

/** A disk size that no box has which stands ready. */
function oddDiskBytes(): number {
  made += 1;
  return (16 << 20) + 4_096 * made;
}

/** A program that was never compiled before. */
function newC(code: string): ExecutionRequest {
  made += 1;
  return { language: "c", code: `${code}\n/* ${process.pid} ${made} */` };
}

/** How often a maker is looked at before it is taken for another child of the launcher's, like a zygote that starts. */
const MOST_STEPS = 300;

/** An execution that is not answered in this time waits for what is held, milliseconds. */
const HELD_MS = 200;

async function makingABox(server: RunningServer): Promise<Scene> {
  const processes = always(server);
  const [launcher] = processes.launcher;
  const known = new Set(childrenOf(launcher ?? 0));
  // With arguments, so that it is cold: else it would have whichever comes first of a cold box and a warm one.
  const request = python("print('made')", { args: ["cold"], limits: { wallMs: 30_000, diskBytes: oddDiskBytes() } });
  const asked = ask(server, request, "made\n");
  const maker = await catchDuring(asked, "a maker", () => childrenOf(launcher ?? 0).find((pid) => !known.has(pid)));
  const first = await holdWithChild(maker);
  await delay(HELD_MS);
  if (asked.isAnswered()) {
    thaw(maker);
    throw new Missed("the maker of this execution's box: another box was being made as well");
  }
  return {
    asked: [asked],
    processes: { ...processes, maker: [maker], "first process": [first] },
    release: () => thaw(maker),
  };
}

/**
 * Holds a maker that has made the first process of its box, and no more: step by step until that is there. On a busy host it
 * gets no processor in the shortest of steps, so they become longer. @returns the first process.
 */
async function holdWithChild(maker: number): Promise<number> {
  for (let turns = 0; turns < MOST_STEPS; turns++) {
    if (!(await freeze(maker))) throw new Missed("the maker, with the first process");
    const [first] = childrenOf(maker);
    if (first !== undefined) return first;
    thaw(maker);
    for (let turned = 0; turned < turns; turned++) await turn();
  }
  throw new Missed("a maker: this one makes nothing");
}

/** An empty box, and one with an interpreter that was booted ahead. */
async function standingReady(server: RunningServer): Promise<Scene> {
  const processes = always(server);
  const { instance } = server;
  const own = executableOf(processes.launcher[0] ?? 0);
  await ask(server, python("print('one that is asked for is booted ahead')"), "").answer;
  const found = await eventually("a box of each kind stands ready", () => {
    const seen = instance.boxProcesses();
    const first = seen.filter(({ innerPid }) => innerPid === 1);
    const waiting = seen.filter(({ innerPid }) => innerPid !== 1);
    const parked = waiting.filter(({ executable }) => executable === own);
    const warm = waiting.filter((one) => !parked.includes(one) && isAtGate(one));
    const zygotes = instance.zygotes();
    return warm.length > 0 && parked.length > 0 && { first, warm, parked, zygotes };
  });
  const known = new Set(Object.values(found).flatMap((some) => some.map(({ pid }) => pid)));
  return {
    asked: [],
    processes: {
      ...processes,
      "first process": found.first.map(({ pid }) => pid),
      "parked process": found.parked.map(({ pid }) => pid),
      "warm process": found.warm.map(({ pid }) => pid),
      zygote: found.zygotes.map(({ pid }) => pid),
      remover: childrenOf(processes.launcher[0] ?? 0).filter((pid) => !known.has(pid)),
    },
    release: () => undefined,
  };
}

async function justStarted(server: RunningServer): Promise<Scene> {
  const processes = always(server);
  const asked = ask(server, python("print('started')", { args: ["cold"] }), "started\n");
  const program = await holdProgram(processes.launcher[0] ?? 0, asked, "the program has just started", () => true);
  return {
    asked: [asked],
    processes: { ...processes, program: [program], "first process": [firstProcessBeside(server, program)] },
    release: () => thaw(program),
  };
}

/** One runs, in the only slot, and another waits. */
async function waitingInTheQueue(server: RunningServer): Promise<Scene> {
  const { asked, ...running } = await justStarted(server);
  const waiting = ask(server, python("print('waited')"), "waited\n");
  // Asked after it, so that it has been taken.
  await (await fetch(`${server.url}/readyz`)).text();
  return { ...running, asked: [...asked, waiting] };
}

/** Takes a compiler a good part of a second. */
const LONG_PROGRAM = `#include <stdio.h>
${Array.from({ length: 150 }, (_, n) => `int f${n}(int x) { return x % ${n + 2} ? x * ${n} : printf("%d", x); }`).join("\n")}
int main(void) { puts("compiled"); return 0; }`;

async function compiling(server: RunningServer): Promise<Scene> {
  const processes = always(server);
  const asked = ask(server, newC(LONG_PROGRAM), "compiled\n");
  const launcher = processes.launcher[0] ?? 0;
  const own = executableOf(launcher);
  const [compiler, child] = await catchDuring(asked, "cc1 runs", () => {
    for (const main of programsOf(launcher, own)) {
      const cc1 = childrenOf(main).find((pid) => executableOf(pid).endsWith("/cc1"));
      if (cc1 !== undefined) return [main, cc1] as const;
    }
    return null;
  });
  if (!(await freeze(child))) throw new Missed("cc1 runs");
  return {
    asked: [asked],
    processes: {
      ...processes,
      compiler: [compiler],
      "compiler's child": [child],
      "first process": [firstProcessBeside(server, compiler)],
    },
    release: () => thaw(child),
  };
}

/** So large that it does not fit into the launcher's buffers at once. */
const LARGE_PROGRAM = `#include <stdio.h>
char data[20 << 20] = {1};
int main(void) { printf("%d\\n", data[0]); return 0; }`;

async function readingWhatTheCompilerMade(server: RunningServer): Promise<Scene> {
  const processes = always(server);
  const launcher = processes.launcher[0] ?? 0;
  const asked = ask(server, newC(LARGE_PROGRAM), "1\n");
  const isReading = () => hasOpen(launcher, "/main") || null;
  await catchDuring(asked, "the launcher reads the program", isReading);
  await freeze(launcher);
  if (!isReading()) {
    thaw(launcher);
    throw new Missed("the launcher reads the program");
  }
  return { asked: [asked], processes, release: () => thaw(launcher) };
}

function hasOpen(pid: number, end: string): boolean {
  return readdirSync(`/proc/${pid}/fd`).some((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).endsWith(end);
    } catch {
      return false; // closed meanwhile
    }
  });
}

async function readingInput(server: RunningServer): Promise<Scene> {
  const processes = always(server);
  const code = `read = len(os.read(0, 1))
${MARK}
time.sleep(${DWELL})
while part := os.read(0, 65536): read += len(part)
print(read)`;
  const asked = ask(server, python(code, { stdin: "x".repeat(1_000_000) }), "1000000\n");
  const program = await holdProgram(processes.launcher[0] ?? 0, asked, "the program reads its input", hasMark);
  return {
    asked: [asked],
    processes: { ...processes, program: [program], "first process": [firstProcessBeside(server, program)] },
    release: () => thaw(program),
  };
}

async function writingOutput(server: RunningServer): Promise<Scene> {
  const processes = always(server);
  const code = `os.write(1, b"x" * 50_000)
child = os.fork()
if child == 0:
  time.sleep(${DWELL})
  os._exit(0)
${MARK}
os.waitpid(child, 0)
os.write(1, b"end")`;
  const asked = ask(server, python(code), `${"x".repeat(50_000)}end`);
  const program = await holdProgram(processes.launcher[0] ?? 0, asked, "the program writes", hasMark);
  return {
    asked: [asked],
    processes: {
      ...processes,
      program: [program],
      "program's child": childrenOf(program),
      "first process": [firstProcessBeside(server, program)],
    },
    release: () => thaw(program),
  };
}

const FLOOD_BYTES = 4_000_000;

/** The program has ended, but its output stays in the pipe: the server, which would take it, stands still. */
async function draining(server: RunningServer): Promise<Scene> {
  const processes = always(server);
  const launcher = processes.launcher[0] ?? 0;
  const code = `${MARK}
time.sleep(${DWELL})
os.set_blocking(1, False)
left, last = ${FLOOD_BYTES}, time.monotonic()
while left and time.monotonic() - last < 0.5:
  try:
    left -= os.write(1, b"x" * min(left, 65536))
    last = time.monotonic()
  except BlockingIOError:
    time.sleep(0.001)
os._exit(0)`;
  const limits = { outputBytes: 2 * FLOOD_BYTES, wallMs: 30_000 };
  const asked = ask(server, python(code, { limits }), "x".repeat(FLOOD_BYTES));
  const program = await holdProgram(launcher, asked, "the program is about to write", hasMark);
  const group = groupOf(program, "memory");
  await freeze(server.instance.serverPid);
  thaw(program);
  const isDrained = () => readFileSync(`${group}/cgroup.procs`, "latin1") !== "" && null;
  await eventually("every process of the box is dead", () => isDrained() ?? existsSync(group));
  return { asked: [asked], processes, release: () => thaw(server.instance.serverPid) };
}

/** The run is answered, but its box cannot be removed: its control group has a child. */
async function beingRemoved(server: RunningServer): Promise<Scene> {
  const processes = always(server);
  const launcher = processes.launcher[0] ?? 0;
  const asked = ask(server, python(`${MARK}; time.sleep(${DWELL}); print('ran')`), "ran\n");
  const program = await holdProgram(launcher, asked, "the program runs", hasMark);
  const group = groupOf(program, "memory");
  mkdirSync(`${group}/held`);
  const { boxProcesses, zygotes } = server.instance;
  const others = new Set([...boxProcesses(), ...zygotes()].map(({ pid }) => pid));
  thaw(program);
  await asked.answer;
  const remover = childrenOf(launcher).filter((pid) => !others.has(pid) && readProcess(pid)?.uid === 0);
  // Whoever clears up after a kill must not have given it up before the child is gone.
  const clearing = [launcher, ...remover];
  for (const pid of clearing) await freeze(pid);
  return {
    asked: [asked],
    processes: { ...processes, remover },
    release() {
      rmdirSync(`${group}/held`);
      for (const pid of clearing) thaw(pid);
    },
  };
}

/** The rows of the matrix, in the order of a run's life. */
export const STAGES: Readonly<Record<string, Stage>> = {
  "its box is being made": makingABox,
  "a box stands ready for it": standingReady,
  "it waits in the queue": waitingInTheQueue,
  "it is being compiled": compiling,
  "what the compiler made is read": readingWhatTheCompilerMade,
  "it has just started": justStarted,
  "it reads its input": readingInput,
  "it writes": writingOutput,
  "it has ended, its output has not": draining,
  "its box is being removed": beingRemoved,
};
