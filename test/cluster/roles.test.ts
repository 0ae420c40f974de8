import { afterAll, beforeAll, expect, test } from "vitest";
import { type NatsServer, startNatsServer } from "../support/nats-server.ts";
import { type RunningNode, startNode } from "../support/nodes.ts";
import { eventually } from "../support/until.ts";

let broker: NatsServer;
let gateway: RunningNode;
const workers: RunningNode[] = [];

beforeAll(async () => {
  broker = await startNatsServer();
  gateway = await startNode({ role: "gateway", nats: broker.url });
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await gateway?.stop();
  await broker?.stop();
});

async function run(source: string, language = "python") {
  const response = await fetch(`${gateway.url}/lang/${language}`, { method: "POST", body: source });
  return { status: response.status, text: await response.text() };
}

interface Cluster {
  readonly nodes: readonly {
    readonly id: string;
    readonly roles: readonly string[];
    readonly slots: number;
    readonly recent: { readonly perSecond: number };
  }[];
}

async function nodes(): Promise<Cluster["nodes"]> {
  const response = await fetch(`${gateway.url}/v1/cluster`);
  return ((await response.json()) as Cluster).nodes;
}

const countWorkers = async () => (await nodes()).filter(({ roles }) => roles.includes("worker")).length;

test("a gateway without workers is live, not ready, and says that there is no worker", async () => {
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
  expect(await run("print(1)")).toMatchObject({ status: 503, text: expect.stringContaining("no_worker") });
  expect(await run("print(1)", "klingon")).toMatchObject({ status: 404 });
});

test("a worker joins, runs what comes, and has no API of its own", async () => {
  const worker = await startNode({ role: "worker", nats: broker.url });
  workers.push(worker);
  await eventually("the gateway is ready", async () => (await fetch(`${gateway.url}/readyz`)).status === 200, 40_000);
  expect(await run("print(6*7)")).toEqual({ status: 200, text: "42\n" });
  expect(await nodes()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ roles: ["gateway"], slots: 0 }),
      expect.objectContaining({ roles: ["worker"], slots: 2 }),
    ]),
  );
  expect((await fetch(`${worker.url}/readyz`)).status).toBe(200);
  expect((await fetch(`${worker.url}/metrics`)).status).toBe(200);
  await eventually("it says how much it does", async () => (await nodes()).some(({ recent }) => recent.perSecond > 0));
  const refused = await fetch(`${worker.url}/lang/python`, { method: "POST", body: "print(1)" });
  expect(refused.status).toBe(404);
});

test("what a job and its result carry may be larger than a message", async () => {
  const long = "x".repeat(900_000);
  expect(await run(`print(len("${long}"))`)).toEqual({ status: 200, text: "900000\n" });
  expect((await run("print('y' * 1000000)")).text).toBe(`${"y".repeat(1_000_000)}\n`);
});

test("a dead worker is gone within seconds; one that leaves, at once; what it ran ends on another", async () => {
  const second = await startNode({ role: "worker", nats: broker.url });
  workers.push(second);
  await eventually("both workers are there", async () => (await countWorkers()) === 2, 40_000);
  await second.kill();
  await eventually("the dead one is gone", async () => (await countWorkers()) === 1, 40_000);
  const third = await startNode({ role: "worker", nats: broker.url });
  await eventually("another one is there", async () => (await countWorkers()) === 2, 40_000);
  await third.stop();
  expect(await countWorkers()).toBe(1);
  expect(await run("print(2)")).toEqual({ status: 200, text: "2\n" });
});
