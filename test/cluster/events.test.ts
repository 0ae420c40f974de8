import { afterAll, beforeAll, expect, test } from "vitest";
import { accept, hasWorkers, look, startCluster, type TestCluster } from "../support/cluster.ts";
import type { RunningNode } from "../support/nodes.ts";
import { eventually } from "../support/until.ts";

interface Told {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

let cluster: TestCluster;
let gateway: RunningNode;
let worker: RunningNode;

beforeAll(async () => {
  cluster = await startCluster();
  gateway = await cluster.start("gateway");
  worker = await cluster.start("worker");
  await hasWorkers(gateway, 1);
});
afterAll(() => cluster?.close());

/** Follows an execution until the connection ends, or breaks; what was told is in the list as soon as it is. */
function follow({ url }: RunningNode, id: string, lastEventId?: string) {
  const told: Told[] = [];
  const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  async function read(): Promise<readonly Told[]> {
    const answer = await fetch(`${url}/v1/executions/${id}/events`, { headers });
    expect(answer.status).toBe(200);
    let text = "";
    for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const messages = (text + part).split("\n\n");
      text = messages.pop() ?? "";
      for (const message of messages) {
        const [, of = "", event = "", data = ""] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(message) ?? [];
        if (event !== "") told.push({ id: of, event, data: JSON.parse(data) });
      }
    }
    return told;
  }
  const ended = read();
  // Whoever follows to the end awaits it.
  ended.catch(() => undefined);
  return { told, ended };
}

const kindsOf = (told: readonly Told[]) => told.map(({ event }) => event);
const outputOf = (told: readonly Told[]) => told.map(({ data }) => data["content"] ?? "").join("");
const prints = (first: string, seconds: number, last: string) =>
  `import time\nprint("${first}", flush=True)\ntime.sleep(${seconds})\nprint("${last}")`;

test("output comes while the program runs, through whichever gateway; the end comes last, with the same output", async () => {
  const other = await cluster.start("gateway");
  await hasWorkers(other, 1);
  const id = await accept(gateway, "python", prints("before", 2, "after"));
  const followed = [follow(gateway, id), follow(other, id)];
  await eventually("both are told", () => followed.every(({ told }) => outputOf(told) === "before\n"));
  expect((await look(gateway, id)).state).toBe("running");
  for (const { ended } of followed) {
    const told = await ended;
    expect(kindsOf(told)).toEqual(["queued", "started", "stdout", "stdout", "done"]);
    expect(outputOf(told)).toBe("before\nafter\n");
    expect(told.at(-1)?.data).toEqual(await look(gateway, id));
  }
  // Late, but not too late.
  expect(outputOf(await follow(gateway, id).ended)).toBe("before\nafter\n");
  await cluster.kill(other);
});

test("a gateway that is killed: another one goes on after what a client has had", async () => {
  const dying = await cluster.start("gateway");
  await hasWorkers(dying, 1);
  const id = await accept(dying, "python", prints("before", 3, "after"));
  const { told, ended } = follow(dying, id);
  await eventually("it is told", () => outputOf(told) === "before\n");
  await cluster.kill(dying);
  await expect(ended).rejects.toThrow();
  const rest = await follow(gateway, id, told.at(-1)?.id).ended;
  expect([kindsOf(rest), outputOf(rest)]).toEqual([["stdout", "done"], "after\n"]);
});

test("a worker that is killed: whoever follows is told that it begins again, and then all of it", async () => {
  const id = await accept(gateway, "python", prints("before", 3, "after"));
  const { told, ended } = follow(gateway, id);
  await eventually("it is told", () => outputOf(told) === "before\n");
  await cluster.kill(worker);
  worker = await cluster.start("worker");
  const all = await ended;
  expect(kindsOf(all)).toEqual(["queued", "started", "stdout", "started", "stdout", "stdout", "done"]);
  expect(outputOf(all)).toBe("before\nbefore\nafter\n");
  expect(all.at(-1)?.data).toMatchObject({ status: "ok", run: { stdout: "before\nafter\n" } });
});

test("one that is cancelled ends with that, and one that waits is queued until then", async () => {
  const busy = await Promise.all([1, 2].map(() => accept(gateway, "python", "import time\ntime.sleep(60)")));
  for (const id of busy) await eventually("it runs", async () => (await look(gateway, id)).state === "running");
  const waiting = await accept(gateway, "python", "print(1)");
  const follows = [...busy, waiting].map((id) => ({ id, ...follow(gateway, id) }));
  await eventually("all are told", () => follows.every(({ told }) => told.length > 0));
  for (const { id } of follows.toReversed()) await fetch(`${gateway.url}/v1/executions/${id}`, { method: "DELETE" });
  const told = await Promise.all(follows.map(({ ended }) => ended));
  expect(told.map(kindsOf)).toEqual([
    ["queued", "started", "done"],
    ["queued", "started", "done"],
    ["queued", "done"],
  ]);
  for (const one of told) expect(one.at(-1)?.data).toMatchObject({ status: "cancelled" });
});

test("the broker is killed and comes back: nobody who follows notices more than a pause", async () => {
  const id = await accept(gateway, "python", prints("before", 4, "after"));
  const { told, ended } = follow(gateway, id);
  await eventually("it is told", () => outputOf(told) === "before\n");
  await cluster.broker.kill();
  await cluster.broker.start();
  expect((await ended).at(-1)?.data).toMatchObject({ status: "ok", run: { stdout: "before\nafter\n" } });
  expect(outputOf(told)).toMatch(/after\n$/);
});
