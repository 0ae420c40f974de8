import { readdirSync, readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import { executionResponseSchema } from "../../src/protocol/execution-response.ts";
import { languagesResponseSchema } from "../../src/protocol/languages-response.ts";
import { findOrdinaryUser } from "../hosts/ordinary-user.ts";
import { countDescriptors, readProcess, residentBytes } from "../support/processes.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const IS_LONG = process.env["MILLRACE_TEST_LONG"] === "1";
const RUNS = Number(process.env["MILLRACE_TEST_RUNS"] ?? (IS_LONG ? 10_000 : 300));
/** Where there is time for it: so many that the heap of the server has the size that it keeps. */
const WARM_UP = IS_LONG ? 2_500 : 60;
const AT_ONCE = 4;
/** Where there is time for it: the first of so many cold, most of the others warm. */
const IN_A_ROW = IS_LONG ? 20 : 1;
const SLOTS = 2;
const MIB = 1024 ** 2;

/** For small programs, on a host that does other things too. */
const AMPLE = { wallMs: 60_000 };

/** As many runs as demand remembers: after them nothing is kept ready for any other language. */
const RUNS_TO_FORGET = 40;

let server: RunningServer;
let mix: typeof MIX;
/** How many runs of each language began in a process that had been booted ahead. */
const warmRuns = new Map<string, number>();

beforeAll(async () => {
  server = await startServer({ slots: SLOTS });
  mix = [...MIX, ...(await readWarmLanguages())];
});

afterAll(() => server.stop());

const python = (code: string, limits: ExecutionRequest["limits"] = {}): ExecutionRequest => ({
  language: "python",
  code,
  limits,
});

/** Ends of every kind, each with the status that it has to have; null for a client that hangs up. */
const MIX: readonly (readonly [string | null, ExecutionRequest])[] = [
  ["ok", python("print(1)")],
  ["ok", python("import sys; print(len(sys.stdin.read()))")],
  ["ok", python("import os\nfor i in range(50): open(f'/tmp/{i}', 'w').write('x' * 9000)")],
  [
    "ok",
    python("import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: time.sleep(60)\n  time.sleep(60)"),
  ],
  [
    "ok",
    python(
      "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()\nc = socket.create_connection(s.getsockname())",
    ),
  ],
  ["ok", { language: "c", code: "int main(void) { return 0; }" }],
  ["runtime_error", python("1/0")],
  ["runtime_error", python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")],
  ["time_limit_exceeded", python("import time; time.sleep(60)", { wallMs: 60 })],
  ["time_limit_exceeded", python("while True: pass", { cpuMs: 40 })],
  ["memory_limit_exceeded", python("bytearray(64 << 20)", { memoryBytes: 16 * MIB })],
  ["output_limit_exceeded", python("while True: print('x' * 1000)", { outputBytes: 10_000 })],
  ["compile_error", { language: "c", code: "no program" }],
  [null, python("import time; time.sleep(60)")],
];

/** A small program of each language here that is booted ahead; of those with slow compilers only where there is time. */
async function readWarmLanguages(): Promise<typeof MIX> {
  const answer = await fetch(`${server.url}/v1/languages`);
  const { languages } = languagesResponseSchema.parse(await answer.json());
  return languages
    .filter(({ warm, available, compileLimits }) => warm && available && (IS_LONG || compileLimits === null))
    .map(({ id, hello }) => ["ok", { language: id, code: hello, limits: AMPLE, compileLimits: AMPLE }]);
}

/** A connection for each request, so that none is left open. Hangs up after a moment when no status is expected. */
async function runOne([status, execution]: (typeof MIX)[number]): Promise<void> {
  const body = JSON.stringify({ ...execution, stdin: "x".repeat(100_000) });
  const sent = request(`${server.url}/v1/executions`, {
    method: "POST",
    agent: false,
    headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
  });
  sent.end(body);
  if (status === null) {
    const isGone = new Promise((resolve) => sent.once("close", resolve));
    sent.once("error", () => undefined); // hanging up is one
    setTimeout(() => sent.destroy(), 30);
    await isGone;
    return;
  }
  const answer = await new Promise<string>((resolve, reject) => {
    sent.once("error", reject);
    sent.once("response", (response) => text(response).then(resolve, reject));
  });
  const result = executionResponseSchema.parse(JSON.parse(answer));
  expect(result.status, `${execution.code}: ${answer}`).toBe(status);
  if (result.run?.warm) warmRuns.set(result.language, (warmRuns.get(result.language) ?? 0) + 1);
}

async function runMany(count: number): Promise<void> {
  let next = 0;
  async function client(): Promise<void> {
    while (next < count) {
      const one = mix[Math.floor(next / IN_A_ROW) % mix.length];
      next += 1;
      if (one !== undefined) await runOne(one);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

/** Files of this server or of its boxes, in the places where everyone may write. An ordinary user has other files there, too. */
function strayFiles(): string[] {
  const serverUid = findOrdinaryUser() === null ? readProcess(server.instance.serverPid)?.uid : null;
  return ["/tmp", "/var/tmp", "/dev/shm"].flatMap((directory) =>
    readdirSync(directory)
      .map((name) => `${directory}/${name}`)
      .filter((path) => {
        const uid = statSync(path, { throwIfNoEntry: false })?.uid ?? -1;
        return uid === serverUid || server.instance.ownsFile(uid);
      }),
  );
}

/** What may not grow. */
function measure() {
  const { serverPid, supervisorPid, launcherPid } = server.instance;
  const pids = { server: serverPid, supervisor: supervisorPid, launcher: launcherPid() };
  const each = <Value>(look: (pid: number) => Value) =>
    Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, look(pid)])) as Record<
      keyof typeof pids,
      Value
    >;
  return {
    pids,
    // A socket to each zygote: how many of them there are is chance, and bounded.
    descriptors: each((pid) => countDescriptors(pid) - (pid === pids.launcher ? server.instance.zygotes().length : 0)),
    threads: each((pid) => readdirSync(`/proc/${pid}/task`).length),
    mounts: each((pid) => readFileSync(`/proc/${pid}/mountinfo`, "latin1").split("\n").length),
    megabytes: each((pid) => Math.round(residentBytes(pid) / MIB)),
  };
}

/** What stands ready is then Python's, before and after. */
async function forgetOthers(): Promise<void> {
  for (let count = 0; count < RUNS_TO_FORGET; count++) await runOne(["ok", python("print(1)")]);
  await settle();
}

async function settle(): Promise<void> {
  expect(await until(server.instance.unrest)).toEqual([]);
  const complaints = () => (server.instance.countBoxes() <= 3 * SLOTS ? [] : ["too many boxes"]);
  expect(await until(complaints)).toEqual([]);
}

test(
  `after ${RUNS} runs of every kind there is no more than before`,
  async () => {
    await runMany(WARM_UP);
    await forgetOthers();
    const before = measure();

    warmRuns.clear();
    await runMany(RUNS);
    const warm = new Map(warmRuns);
    await forgetOthers();

    const { after, grown } = await measureOften(before);
    console.log(`MB before and after ${RUNS} runs: ${JSON.stringify([before.megabytes, after.megabytes])}`);
    console.log(`warm runs: ${JSON.stringify(Object.fromEntries(warm))}`);
    console.log(`descriptors: ${JSON.stringify([before.descriptors, after.descriptors])}`);
    expect(grown).toEqual([]);
    // Among so many languages the next one is not always ready; how often it was is told above.
    expect(warm.get("python")).toBeGreaterThan(0);
    expect(after.pids).toEqual(before.pids);
    expect(strayFiles()).toEqual([]);
  },
  60_000 + RUNS * 200,
);

type Measure = ReturnType<typeof measure>;

/** MB by which memory may grow. A collector takes its time; ten thousand runs that each kept their input would be a gigabyte. */
const MEMORY_ROOM = { server: 80, supervisor: 1, launcher: 1 };

function findGrowth(before: Measure, after: Measure): string[] {
  return (["server", "supervisor", "launcher"] as const).flatMap((name) => {
    const each = [
      ["descriptors", before.descriptors[name], after.descriptors[name]],
      ["mounts", before.mounts[name], after.mounts[name]],
      ["threads", before.threads[name], after.threads[name]],
      ["megabytes", before.megabytes[name] + MEMORY_ROOM[name], after.megabytes[name]],
    ] as const;
    return each.flatMap(([what, most, now]) =>
      now > most ? [`${now} ${what} of the ${name}, more than ${most}`] : [],
    );
  });
}

/**
 * Measures until nothing has grown, with the plain program in between: which boxes stand ready, for which the launcher has
 * descriptors, depends on the last runs, and a connection may not have ended when its client has.
 */
async function measureOften(before: Measure): Promise<{ after: Measure; grown: readonly string[] }> {
  let after = measure();
  const grown = await until(async () => {
    await runOne(["ok", python("print(1)")]);
    await settle();
    after = measure();
    return findGrowth(before, after);
  });
  return { after, grown };
}
