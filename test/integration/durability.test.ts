import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Client, createClient } from "../../src/client/client.ts";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import { startReceiver } from "../../src/webhooks/receiver.test-support.ts";
import { isRunning } from "../support/processes.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually, until } from "../support/until.ts";

let dataDirectory: string;
let server: RunningServer;
let client: Client;

beforeEach(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), "millrace-durability-"));
  chmodSync(dataDirectory, 0o711);
  await start();
});

afterEach(async () => {
  if (isRunning(server.instance.serverPid)) await server.stop();
  rmSync(dataDirectory, { recursive: true });
});

async function start(): Promise<void> {
  server = await startServer({ slots: 1, dataDirectory, flags: ["--webhook-networks", "127.0.0.1"] });
  client = createClient({ url: server.url });
}

async function kill(): Promise<void> {
  process.kill(server.instance.serverPid, "SIGKILL");
  await server.exited;
}

/** Prints its label; one that has seconds sleeps first. */
function program(label: string, seconds = 0): ExecutionRequest {
  const code = `import sys, time; time.sleep(${seconds}); print(sys.argv[1])`;
  return { language: "python", code, args: [label], limits: { wallMs: 60_000 } };
}

async function becomes(id: string, state: string): Promise<void> {
  await eventually(`it is ${state}`, async () => (await client.get(id)).state === state);
}

async function outputOf(id: string): Promise<string | undefined> {
  const execution = await client.get(id, { waitMs: 20_000 });
  return execution.run?.stdout;
}

test("kill -9: everything that was answered 202 is done after the next start, once", async () => {
  const running = await client.submit(program("running", 2));
  await becomes(running.id, "running");
  const waiting = await Promise.all(["a", "b", "c"].map((label) => client.submit(program(label))));
  const again = await client.submit(program("again"), { idempotencyKey: "1" });

  await kill();
  await start();

  expect(server.output()).toContain("accepted before this start");
  expect(await outputOf(running.id)).toBe("running\n");
  for (const [index, { id }] of waiting.entries()) expect(await outputOf(id)).toBe(`${"abc"[index]}\n`);
  expect((await client.submit(program("again"), { idempotencyKey: "1" })).id).toBe(again.id);
  expect(await outputOf(again.id)).toBe("again\n");

  const before = await client.get(running.id);
  await kill();
  await start();
  expect(await client.get(running.id)).toEqual(before);
});

test("one that ends its server three times is an internal error, and the next one runs", async () => {
  const { id } = await client.submit(program("killer", 30));
  const next = await client.submit(program("next"));
  for (let death = 1; death <= 3; death += 1) {
    await becomes(id, "running");
    await kill();
    await start();
  }
  expect(await client.get(id, { waitMs: 20_000 })).toMatchObject({
    state: "done",
    status: "internal_error",
    run: null,
  });
  expect(await outputOf(next.id)).toBe("next\n");
});

test("SIGTERM: what runs may end; what waits, and what a second signal kills, goes on at the next start", async () => {
  const running = await client.submit(program("running", 60));
  await becomes(running.id, "running");
  const waiting = await client.submit(program("waiting"));
  process.kill(server.instance.serverPid, "SIGTERM");
  await eventually("the second signal counts", () => {
    if (server.output().includes("stopping at once")) return true;
    if (isRunning(server.instance.serverPid)) process.kill(server.instance.serverPid, "SIGINT");
    return false;
  });
  expect(await server.exited).toEqual([0, null]);
  expect(await until(server.instance.remains)).toEqual([]);

  await start();
  await becomes(running.id, "running");
  await client.cancel(running.id);
  expect(await outputOf(waiting.id)).toBe("waiting\n");
});

test("cancelling ends what waits and what runs, within 100 ms", async () => {
  const times: number[] = [];
  // The host may have other things to do meanwhile, but hardly each time.
  for (let tries = 0; tries < 5 && !times.some((ms) => ms < 100); tries++) {
    const running = await client.submit(program("running", 60));
    await becomes(running.id, "running");
    const waiting = await client.submit(program("waiting"));
    for (const { id } of [waiting, running]) {
      const startedMs = performance.now();
      expect(await client.cancel(id)).toMatchObject({ state: "done", status: "cancelled" });
      times.push(performance.now() - startedMs);
    }
  }
  expect(Math.min(...times)).toBeLessThan(100);
  expect(Math.max(...times)).toBeLessThan(20_000);
  expect(await outputOf((await client.submit(program("next"))).id)).toBe("next\n");
});

test("a web hook that was not delivered when the server died is delivered by the next one", async () => {
  const receiver = await startReceiver();
  try {
    receiver.answer = (response) => response.writeHead(500).end();
    const webhook = { url: receiver.url, secret: "0123456789abcdef" };
    const { id } = await client.submit({ ...program("told"), webhook });
    await eventually("it was tried", async () => {
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      return metrics.includes('millrace_webhooks_total{outcome="retried"} 1');
    });
    await kill();
    receiver.answer = (response) => response.end();
    await start();
    await eventually("it is tried again", () => receiver.received.length === 2);
    const bodies = receiver.received.map(({ body }) => JSON.parse(body));
    expect(bodies[1]).toMatchObject({ id, status: "ok", run: { stdout: "told\n" } });
    expect(bodies[1]).toEqual(bodies[0]);
  } finally {
    await receiver.close();
  }
});
