import { afterEach, beforeEach, expect, test } from "vitest";
import { MOST_STARTS } from "../../src/domain/execution-state.ts";
import { accept, hasWorkers, look, send, startCluster, type TestCluster, whenDone } from "../support/cluster.ts";
import type { RunningNode } from "../support/nodes.ts";
import { eventually } from "../support/until.ts";

let cluster: TestCluster;
let gateway: RunningNode;

beforeEach(async () => {
  cluster = await startCluster();
  gateway = await cluster.start("gateway");
});
afterEach(() => cluster?.close());

const startWorker = () => cluster.start("worker", { flags: ["--slots", "1"] });

async function deadJobs(): Promise<readonly string[]> {
  const response = await fetch(`${gateway.url}/v1/jobs/dead`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { jobs: { readonly id: string }[] }).jobs.map(({ id }) => id);
}

test(`a job whose worker is killed ${MOST_STARTS} times is internal_error, is kept to be looked into, and blocks nobody`, async () => {
  const first = await startWorker();
  await hasWorkers(gateway, 1);
  const limits = { wallMs: 60_000 };
  // Longer than a message takes: what it is made of is kept beside it.
  const code = `# ${"x".repeat(700_000)}\nimport time\ntime.sleep(50)`;
  const fatal = await accept(gateway, "python", code, { limits });
  const behind = await accept(gateway, "python", "print('behind it')");

  const nodes = new Set<string>();
  for (let worker = first; nodes.size < MOST_STARTS; worker = await startWorker()) {
    const runsOn = await eventually(
      `it runs on worker ${nodes.size + 1}`,
      async () => {
        const { state, node } = await look(gateway, fatal);
        return state === "running" && node !== null && !nodes.has(node) && node;
      },
      60_000,
    );
    nodes.add(runsOn);
    await cluster.kill(worker);
  }

  const end = await whenDone(gateway, fatal);
  expect(end).toMatchObject({ status: "internal_error", run: null, node: null });
  expect(await whenDone(gateway, behind)).toMatchObject({ status: "ok", run: { stdout: "behind it\n" } });
  const answer = await send(gateway, "python", "print('after it')");
  expect([answer.status, await answer.json()]).toMatchObject([200, { status: "ok", run: { stdout: "after it\n" } }]);
  await eventually("it is among the dead jobs", async () => (await deadJobs()).includes(fatal));

  const retry = await fetch(`${gateway.url}/v1/jobs/dead/${fatal}/retry`, { method: "POST" });
  expect(retry.status).toBe(202);
  const { id: again } = (await retry.json()) as { readonly id: string };
  expect(again).not.toBe(fatal);
  await eventually("it runs again", async () => (await look(gateway, again)).state === "running");
  await fetch(`${gateway.url}/v1/executions/${again}`, { method: "DELETE" });
  expect(await whenDone(gateway, again)).toMatchObject({ status: "cancelled" });
  expect(await look(gateway, fatal)).toEqual(end);
});
