import { afterEach, beforeEach, expect, test } from "vitest";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import { execute, post } from "../support/client.ts";
import { becomesMetric } from "../support/metrics.ts";
import { isRunning } from "../support/processes.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually, until } from "../support/until.ts";

let server: RunningServer;

beforeEach(async () => {
  server = await startServer({ slots: 1 });
});

afterEach(async () => {
  if (isRunning(server.instance.serverPid)) await server.stop();
});

function sleeper(seconds: number): ExecutionRequest {
  return {
    language: "python",
    code: `import time; time.sleep(${seconds}); print('ended')`,
    limits: { wallMs: 60_000 },
  };
}

async function waitUntilItRuns(): Promise<void> {
  const isProgram = ({ commandLine }: { commandLine: string }) => commandLine.endsWith(" main.py");
  await eventually("it runs", () => server.instance.boxProcesses().some(isProgram));
}

function signal(name: NodeJS.Signals): void {
  process.kill(server.instance.serverPid, name);
}

async function expectRefusal(): Promise<void> {
  await eventually("nobody listens any more", async () => {
    try {
      return (await fetch(`${server.url}/healthz`)).status === 503;
    } catch {
      return true; // refused
    }
  });
}

async function expectGoodEnd(): Promise<void> {
  expect(await server.exited).toEqual([0, null]);
  expect(await until(server.instance.remains)).toEqual([]);
}

test.each(["SIGTERM", "SIGINT"] as const)("%s: what was accepted ends well, nothing new is taken", async (name) => {
  const running = execute(server, sleeper(2));
  await waitUntilItRuns();
  const waiting = execute(server, sleeper(0));
  await becomesMetric(server, "millrace_queue_jobs", 1);

  signal(name);
  await expectRefusal();

  expect((await running).run).toMatchObject({ status: "ok", stdout: "ended\n" });
  expect((await waiting).run).toMatchObject({ status: "ok", stdout: "ended\n" });
  await expectGoodEnd();
});

test("a second signal ends what runs; who waited for it may try again", async () => {
  const running = post(server, sleeper(60));
  await waitUntilItRuns();
  const waiting = post(server, sleeper(0));
  await becomesMetric(server, "millrace_queue_jobs", 1);
  signal("SIGTERM");
  await expectRefusal();

  const secondMs = performance.now();
  await eventually("the second signal counts", () => {
    if (server.output().includes("stopping at once")) return true;
    signal("SIGINT");
    return false;
  });

  for (const refused of [await running, await waiting]) {
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ code: "no_worker" });
  }
  await expectGoodEnd();
  expect(performance.now() - secondMs).toBeLessThan(25_000);
});

test("an idle server ends at once", async () => {
  const startedMs = performance.now();
  signal("SIGTERM");
  await expectGoodEnd();
  // Not the 30 s that it would wait for a program.
  expect(performance.now() - startedMs).toBeLessThan(25_000);
});
