import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LEASE_MS } from "../../src/broker/layout.ts";
import {
  accept,
  hasWorkers,
  look,
  type SeenExecution,
  send,
  startCluster,
  type TestCluster,
  whenDone,
} from "../support/cluster.ts";
import { becomesMetric } from "../support/metrics.ts";
import type { RunningNode } from "../support/nodes.ts";
import { eventually } from "../support/until.ts";

let cluster: TestCluster;
let gateway: RunningNode;

beforeAll(async () => {
  cluster = await startCluster();
  gateway = await cluster.start("gateway");
});
afterAll(() => cluster?.close());

/** Which of two it was first, and whether it is the same whenever one looks. */
const SLOW = (mark: string) => `import time\ntime.sleep(1.5)\nprint("${mark}")`;

const isRunning = (id: string) =>
  eventually(`${id} runs`, async () => (await look(gateway, id)).state === "running", 20_000);

test("kill -9 of a gateway, and of the broker: what was answered 202 completes, and is found through another gateway", async () => {
  const first = await cluster.start("gateway");
  await cluster.start("worker");
  await hasWorkers(first, 1);
  const ids = await Promise.all([1, 2, 3, 4].map((number) => accept(first, "python", SLOW(`n${number}`))));
  await cluster.kill(first);
  await isRunning(String(ids[0]));
  await cluster.broker.kill();
  await cluster.broker.start();
  const results = await Promise.all(ids.map((id) => whenDone(gateway, id)));
  expect(results.map(({ status, run }) => [status, run?.stdout])).toEqual(
    [1, 2, 3, 4].map((number) => ["ok", `n${number}\n`]),
  );
});

test("whoever asks while the broker restarts waits for it, also for what no gateway was asked for before", async () => {
  await cluster.start("worker");
  await hasWorkers(gateway, [...cluster.nodes].filter(({ role }) => role === "worker").length);
  await cluster.broker.kill();
  const long = `print("${"x".repeat(700_000)}")`;
  const asking = [
    send(gateway, "perl", "print 6*7"),
    send(gateway, "python", long),
    send(gateway, "python", "print(1)"),
  ];
  await cluster.broker.start();
  const answers = await Promise.all(asking.map(async (answer) => (await (await answer).json()) as SeenExecution));
  expect(answers.map(({ run }) => run?.stdout?.length)).toEqual([2, 700_001, 2]);
});

describe("a worker that is silent for longer than its lease, and comes back", () => {
  /** Has one worker take an execution, silences it, lets another one run it, and lets the first speak again. */
  async function outlive(silence: { readonly worker: RunningNode; begin(): void; end(): void }): Promise<void> {
    const id = await accept(gateway, "python", SLOW("once"));
    await isRunning(id);
    silence.begin();
    const other = await cluster.start("worker");
    const result = await whenDone(gateway, id);
    expect(result).toMatchObject({ status: "ok", run: { stdout: "once\n" } });
    silence.end();
    // It hears that its lease is lost, or finds that there is a result; either way it takes the next job.
    await eventually("the silent one is back", async () => (await fetch(`${silence.worker.url}/readyz`)).ok, 20_000);
    await hasWorkers(gateway, 2);
    expect(await look(gateway, id)).toEqual(result);
    await cluster.kill(other);
  }

  test("frozen: its late result changes nothing", async () => {
    for (const node of cluster.nodes) if (node.role === "worker") await cluster.kill(node);
    const worker = await cluster.start("worker");
    await hasWorkers(gateway, 1);
    await outlive({ worker, begin: () => worker.signal("SIGSTOP"), end: () => worker.signal("SIGCONT") });
    await cluster.kill(worker);
  });

  test("cut off from the broker: there is one visible result", async () => {
    const wire = await startWire(cluster.broker.port);
    const worker = await cluster.start("worker", { nats: wire.url });
    await hasWorkers(gateway, 1);
    await outlive({ worker, begin: wire.cut, end: wire.mend });
    await cluster.kill(worker);
    await wire.close();
  });
});

test(`a worker that dies gives its jobs up after ${LEASE_MS} ms, and they end on another`, async () => {
  const doomed = await cluster.start("worker");
  await hasWorkers(gateway, 1);
  const id = await accept(gateway, "python", SLOW("again"));
  await isRunning(id);
  const [heir] = await Promise.all([cluster.start("worker"), cluster.kill(doomed)]);
  expect(await whenDone(gateway, id)).toMatchObject({ status: "ok", run: { stdout: "again\n" } });
  // Told to stop while it runs something, it ends that first.
  const last = await accept(gateway, "python", SLOW("last"));
  await isRunning(last);
  await heir.stop();
  expect(await look(gateway, last)).toMatchObject({ state: "done", status: "ok", run: { stdout: "last\n" } });
});

test("a broker that is away for longer than a lease: what ran meanwhile is not cancelled, but runs again", async () => {
  const worker = await cluster.start("worker", { flags: ["--slots", "1"] });
  await hasWorkers(gateway, 1);
  const code = 'import time\ntime.sleep(9)\nprint("after all")';
  const id = await accept(gateway, "python", code, { limits: { wallMs: 30_000 } });
  await isRunning(id);
  await cluster.broker.kill();
  await becomesMetric(worker, 'millrace_boxes{state="used"}', 0);
  await cluster.broker.start();
  expect(await whenDone(gateway, id)).toMatchObject({ status: "ok", run: { stdout: "after all\n" } });
  await cluster.kill(worker);
});

test("a node that has lost its broker still stops when it is told to", async () => {
  await cluster.start("worker");
  await hasWorkers(gateway, 1);
  await cluster.broker.kill();
  await Promise.all([...cluster.nodes].map((node) => node.stop()));
});

/** A wire to the broker that can be cut: bytes then go nowhere, and nobody is told. */
async function startWire(port: number) {
  let isCut = false;
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes) => {
        if (!isCut) to.write(bytes);
      });
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A TCP listener has a port");
  return {
    url: `nats://127.0.0.1:${address.port}`,
    cut() {
      isCut = true;
    },
    /** What was sent in between is lost: so those connections are of no use any more. */
    mend() {
      isCut = false;
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
