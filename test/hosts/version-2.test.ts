import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { freeze, hasMark, MARK, signal, thaw } from "../faults/holding.ts";
import { execute, fixture, run, runPython } from "../support/client.ts";
import { isUnified } from "../support/control-groups.ts";
import { isRunning } from "../support/processes.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";

// What version 2 of control groups does, and version 1 does in another way or not at all.

const ELSEWHERE = "cgroup version 2 is not here; in a virtual machine: npm run test:hosts";
const PATIENCE_MS = 100_000;
const LIMIT = 64 << 20;

let server: RunningServer;

beforeAll(async () => {
  if (isUnified) server = await startServer({ slots: 1 });
});

afterAll(() => server?.stop());

beforeEach((context) => {
  if (!isUnified) context.skip(ELSEWHERE);
});

/** Waits for a signal, and says so by its mark; then for a child that takes twice the memory there is. */
const EATS = `import os, signal
print('begun', flush=True)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
${MARK}
signal.sigwait([signal.SIGUSR1])
child = os.fork()
if child == 0: bytearray(128 << 20)
os.waitpid(child, 0)
print('went on')`;

test("the kernel ends all of a run when it kills one of its processes for memory", async () => {
  const { instance } = server;
  const limits = { memoryBytes: LIMIT, cpuMs: 60_000, wallMs: 120_000 };
  const answer = execute(server, { language: "python", code: EATS, args: ["eats"], limits });
  const { pid } = await eventually("it runs", () => instance.findProgram("eats"), PATIENCE_MS);
  await eventually("it waits", () => hasMark(pid), PATIENCE_MS);
  const launcher = instance.launcherPid();
  await freeze(launcher); // which would end the run too
  signal(pid, "SIGUSR1");
  await eventually("main has ended", () => !isRunning(pid), PATIENCE_MS).finally(() => thaw(launcher));
  expect((await answer).run).toMatchObject({ status: "memory_limit_exceeded", stdout: "begun\n" });
});

test("what is over the limit is not swapped out", async (context) => {
  if (/^SwapTotal:\s*0 kB$/m.test(readFileSync("/proc/meminfo", "latin1"))) context.skip("this host has no swap");
  expect(await runPython(server, "bytearray(128 << 20)", { memoryBytes: LIMIT })).toMatchObject({
    status: "memory_limit_exceeded",
  });
});

test("more processes than it may have are refused it, by the group", async () => {
  const code = fixture("c/starts-many.c");
  const limits = { processes: 8, memoryBytes: LIMIT };
  expect((await run(server, { language: "c", code, args: ["processes", "20"], limits })).stdout).toBe("7");
});
