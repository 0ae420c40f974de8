import { describe, expect, type TestContext, test } from "vitest";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import { encodeHello, encodePrepare } from "../../src/sandbox/wire.ts";
import { define, SIZE } from "../native/raw-frames.ts";
import { execute, post } from "../support/client.ts";
import { isRunning, listProcesses } from "../support/processes.ts";
import { startRawLauncher } from "../support/raw-launcher.ts";
import { becomesReady, type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";
import { expectCalm, expectHello } from "./healing.ts";
import { catchSight, childrenOf, freeze, signal, thaw } from "./holding.ts";

// A launcher, a supervisor or a maker that lives but does nothing, as when it hangs.

/** A server of the test's own, which ends with it. */
async function start({ onTestFinished }: Pick<TestContext, "onTestFinished">): Promise<RunningServer> {
  const server = await startServer({ slots: 1 });
  onTestFinished(server.stop);
  return server;
}

const sleeper = (seconds: number, limits: ExecutionRequest["limits"] = {}): ExecutionRequest => ({
  language: "python",
  code: `import time; print('begun', flush=True); time.sleep(${seconds}); print('ended')`,
  args: ["sleeps"],
  limits,
});

function begins({ instance }: RunningServer, not = 0): Promise<number> {
  return eventually("it runs", () => {
    const found = instance.boxProcesses().find(({ commandLine }) => commandLine.endsWith(" main.py sleeps"));
    return found !== undefined && found.pid !== not && found.pid;
  });
}

test("a launcher that stands still for a moment: a run that ended meanwhile ended when it did; one that did not is stopped", async (context) => {
  const server = await start(context);
  const launcher = server.instance.launcherPid();
  const inTime = execute(server, sleeper(1, { wallMs: 5_000 }));
  const program = await begins(server);
  await freeze(launcher);
  await eventually("the program has ended", () => !isRunning(program));
  thaw(launcher);
  expect((await inTime).run).toMatchObject({ status: "ok", stdout: "begun\nended\n" });

  const tooLong = execute(server, sleeper(60, { wallMs: 1_500 }));
  await begins(server);
  await freeze(launcher);
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // longer than its limit
  thaw(launcher);
  expect((await tooLong).run).toMatchObject({ status: "time_limit_exceeded", stdout: "begun\n" });

  expect(server.instance.launcherPid()).toBe(launcher);
  await expectCalm(server);
});

test("a launcher that is told not to answer is replaced at once; its maker, remover and boxes end with it", async () => {
  const launcher = await startRawLauncher();
  try {
    const connection = launcher.open();
    connection.send(encodeHello(), define(launcher.plan));
    await connection.receives("welcome");
    connection.send(encodePrepare(1, SIZE));
    await connection.receives("prepared");
    const first = launcher.pid();
    const children = childrenOf(first);
    for (const pid of [first, ...children]) await freeze(pid);

    launcher.replace();

    await connection.refused;
    const second = launcher.open();
    second.send(encodeHello(), define(launcher.plan));
    await second.receives("welcome");
    expect(launcher.pid()).not.toBe(first);
    expect(children.length).toBeGreaterThan(2);
    await eventually("they have ended", () => ![first, ...children].some(isRunning));
    second.close();
    await second.refused;
  } finally {
    await launcher.stop();
  }
});

// They take 10 to 15 s.
if (process.env["MILLRACE_TEST_LONG"] === "1") describe.concurrent("what stands still for good", hangs);

function hangs(): void {
  test("a launcher is replaced; what ran is run once more, what waits waits", async (context) => {
    const server = await start(context);
    const launcher = server.instance.launcherPid();
    const running = execute(server, sleeper(0.5, { wallMs: 1_000 }));
    const first = await begins(server);
    const waiting = execute(server, { language: "bash", code: "echo waited" });
    await becomesReady(server); // asked after it, so that it has been taken

    await freeze(launcher);

    expect((await running).run).toMatchObject({ status: "ok", stdout: "begun\nended\n" });
    expect((await waiting).run?.stdout).toBe("waited\n");
    expect([launcher, first].map(isRunning)).toEqual([false, false]);
    expect(server.output()).toContain("The launcher does not answer.");
    await expectCalm(server);
  });

  test("a maker that hangs is ended with its launcher; whoever waits for its box gets another", async (context) => {
    const server = await start(context);
    const launcher = server.instance.launcherPid();
    const known = new Set(childrenOf(launcher));
    const answer = execute(server, { language: "bash", code: "echo made", limits: { diskBytes: 17 << 20 } });
    const maker = await catchSight("a maker", () => childrenOf(launcher).find((pid) => !known.has(pid)));
    await freeze(maker);

    expect((await answer).run?.stdout).toBe("made\n");
    await eventually("it is gone", () => !listProcesses().some(({ pid }) => pid === maker));
    await expectCalm(server);
  });

  test("a supervisor is not missed before a launcher dies; then there is none until it goes on", async (context) => {
    const server = await start(context);
    const { supervisorPid } = server.instance;
    await freeze(supervisorPid);
    await expectHello(server);

    signal(server.instance.launcherPid(), "SIGKILL");
    await eventually("it is not ready", async () => (await fetch(`${server.url}/readyz`)).status === 503);
    expect((await post(server, { language: "bash", code: "true" })).status).toBe(503);
    thaw(supervisorPid);

    await expectHello(server);
    await expectCalm(server);
  });
}
