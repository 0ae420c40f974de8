import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Receiver, startReceiver } from "../../src/webhooks/receiver.test-support.ts";
import { signatureHeaders } from "../../src/webhooks/signature.ts";
import { accept, hasWorkers, startCluster, type TestCluster } from "../support/cluster.ts";
import { readMetric } from "../support/metrics.ts";
import type { RunningNode } from "../support/nodes.ts";
import { eventually } from "../support/until.ts";

const SECRET = "0123456789abcdef";
/** More than the lease of a delivery: a gateway that has not heard of its end looks then. */
const LEASED_MS = 45_000;
const FLAGS = ["--webhook-networks", "127.0.0.1"];

let cluster: TestCluster;
let receiver: Receiver;

beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.close());

/** Two of them that know of a worker, whichever were killed before. */
async function startGateways(): Promise<readonly [RunningNode, RunningNode]> {
  const there = [...cluster.nodes].filter(({ role }) => role === "gateway");
  while (there.length < 2) there.push(await cluster.start("gateway", { flags: FLAGS }));
  if (cluster.nodes.size === 2) await cluster.start("worker");
  for (const gateway of there) await hasWorkers(gateway, 1);
  return there as [RunningNode, RunningNode];
}

beforeEach(async (context) => {
  const started = await startReceiver();
  receiver = started;
  context.onTestFinished(() => started.close());
});

const webhook = () => ({ url: receiver.url, secret: SECRET });
const idOf = ({ body }: { readonly body: string }) => (JSON.parse(body) as { readonly id: string }).id;

test("each result is delivered once, by one gateway of those that could, and nowhere that is forbidden", async () => {
  const gateways = await startGateways();
  const forbidden = { url: "http://169.254.169.254/", secret: SECRET };
  await expect(accept(gateways[0], "python", "print(1)", { webhook: forbidden })).rejects.toThrow("invalid_field");
  const accepted = Array.from({ length: 10 }, (_, number) =>
    accept(gateways[number % 2 === 0 ? 0 : 1], "python", "print(1)", { webhook: webhook() }),
  );
  const ids = await Promise.all(accepted);
  await eventually(
    "nothing waits any more",
    async () => {
      const waiting = gateways.map((gateway) => readMetric(gateway, "millrace_webhooks_waiting"));
      return receiver.received.length >= ids.length && (await Promise.all(waiting)).every((count) => count === 0);
    },
    LEASED_MS,
  );
  expect(receiver.received.map(idOf).toSorted()).toEqual(ids.toSorted());
});

test("kill -9 of the gateway that has tried, and of the broker: another gateway delivers", async () => {
  receiver.answer = (response) => response.writeHead(500).end();
  const gateways = await startGateways();
  const id = await accept(gateways[0], "python", 'print("told")', { webhook: webhook() });
  const holder = await eventually(
    "it was tried",
    async () => {
      const tries = gateways.map((gateway) => readMetric(gateway, 'millrace_webhooks_total{outcome="retried"}'));
      return gateways[(await Promise.all(tries)).findIndex((count) => count > 0)] ?? null;
    },
    20_000,
  );
  await cluster.kill(holder);
  await cluster.broker.kill();
  await cluster.broker.start();
  receiver.answer = (response) => response.end();
  await eventually("it is delivered", () => receiver.received.length > 1, 30_000);
  const [before, after] = receiver.received;
  expect(after?.headers["millrace-attempt"]).not.toBe(before?.headers["millrace-attempt"]);
  const nowMs = Number(after?.headers["webhook-timestamp"]) * 1_000;
  expect(after?.headers).toMatchObject(signatureHeaders({ id, secret: SECRET, body: after?.body ?? "", nowMs }));
  expect(JSON.parse(after?.body ?? "")).toMatchObject({ id, status: "ok", run: { stdout: "told\n" } });
});
