import { afterAll, beforeAll, expect, test } from "vitest";
import { accept, hasWorkers, look, send, startCluster, type TestCluster, whenDone } from "../support/cluster.ts";
import type { RunningNode } from "../support/nodes.ts";
import { eventually } from "../support/until.ts";

const CAPACITY = 30;

let cluster: TestCluster;
let gateway: RunningNode;

beforeAll(async () => {
  cluster = await startCluster();
  gateway = await cluster.start("gateway", { flags: ["--queue", String(CAPACITY)] });
  await cluster.start("worker", { flags: ["--slots", "1"] });
  await hasWorkers(gateway, 1);
});
afterAll(() => cluster?.close());

test("a full queue is 429 with Retry-After, and loses nothing; the backlog of one language delays and refuses no other", async () => {
  const flood: string[] = [];
  for (let number = 0; number < CAPACITY; number += 1) {
    flood.push(await accept(gateway, "bash", `sleep 0.1; echo ${number}`));
  }
  const refused = await eventually(
    "the queue is full",
    async () => {
      const answer = await send(gateway, "bash", "sleep 0.1; echo more", { wait: false });
      if (answer.status === 202) flood.push(((await answer.json()) as { id: string }).id);
      return answer.status === 429 && answer;
    },
    20_000,
  );
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(await refused.json()).toMatchObject({ code: "queue_full" });

  const other = await send(gateway, "python", "print('not delayed')");
  expect([other.status, await other.json()]).toMatchObject([200, { run: { stdout: "not delayed\n" } }]);
  const states = await Promise.all(flood.map((id) => look(gateway, id)));
  expect(states.filter(({ state }) => state === "queued").length).toBeGreaterThan(CAPACITY / 3);

  const results = await Promise.all(flood.map((id) => whenDone(gateway, id)));
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["ok"]));
});

test("a second request with the same idempotency key is the same execution, through any gateway", async () => {
  const second = await cluster.start("gateway");
  const request = (node: RunningNode, code: string) =>
    fetch(`${node.url}/v1/executions`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "once" },
      body: JSON.stringify({ language: "bash", code, wait: false }),
    });
  const answers = await Promise.all([
    request(gateway, "echo 1"),
    request(second, "echo 1"),
    request(gateway, "echo 1"),
  ]);
  const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { id: string }).id));
  expect(new Set(ids).size).toBe(1);
  expect((await request(second, "echo 2")).status).toBe(409);
  expect(await whenDone(second, String(ids[0]))).toMatchObject({ run: { stdout: "1\n" } });
});

test("cancelling races with the end, through two gateways: one end, the same for all", async () => {
  const second = [...cluster.nodes].filter(({ role }) => role === "gateway")[1] as RunningNode;
  for (let round = 0; round < 20; round += 1) {
    const id = await accept(gateway, "bash", "echo done");
    await Promise.all([gateway, second].map((node) => fetch(`${node.url}/v1/executions/${id}`, { method: "DELETE" })));
    const [one, other] = await Promise.all([whenDone(gateway, id), whenDone(second, id)]);
    expect(one).toEqual(other);
    expect(["ok", "cancelled"]).toContain(one.status);
  }
});
