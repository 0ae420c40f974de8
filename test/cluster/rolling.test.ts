import { expect, onTestFinished, test } from "vitest";
import { accept, hasWorkers, look, type SeenExecution, send, startCluster, whenDone } from "../support/cluster.ts";
import type { RunningNode } from "../support/nodes.ts";
import { eventually } from "../support/until.ts";

const CLIENTS = 4;

/** An answer that says that another gateway, or the same one a moment later, may do better. */
const PASSING = new Set([429, 502, 503, 504]);

/** What a client gets that tries once more, elsewhere, and no oftener. @returns in words what it got before that, too. */
async function askTwice(ask: (gateway: number) => Promise<Response>, turn: number) {
  let first: string;
  try {
    const response = await ask(turn);
    if (!PASSING.has(response.status)) return { status: response.status, body: await response.json(), first: null };
    first = `${response.status} ${await response.text()}`;
  } catch (error) {
    first = String(error);
  }
  try {
    const response = await ask(turn + 1);
    return { status: response.status, body: await response.json(), first };
  } catch (error) {
    return { status: null, body: String(error), first };
  }
}

test("every node is restarted, one after another, under load: nothing is lost, and one retry serves every request", async () => {
  const cluster = await startCluster();
  onTestFinished(cluster.close);
  const [one, two] = await Promise.all([
    cluster.start("gateway"),
    cluster.start("gateway"),
    cluster.start("worker"),
    cluster.start("worker"),
  ]);
  for (const gateway of [one, two]) await hasWorkers(gateway, 2);
  const restarted = [...cluster.nodes];
  /** As a load balancer knows them: one that is ready comes in at once, one that has ended goes out afterwards. */
  let gateways: readonly RunningNode[] = [one, two];
  const accepted = new Map<string, string>();
  const wrong: unknown[] = [];
  let isOver = false;
  let answers = 0;

  async function client(number: number): Promise<void> {
    for (let turn = number; !isOver; turn += CLIENTS) {
      // Each client does both: one that never waits would fill the queue.
      const isAsync = turn % 3 === 0;
      const known = gateways;
      const ask = (gateway: number) => {
        const code = `import time\ntime.sleep(0.1)\nprint(${turn})`;
        return send(known[gateway % known.length] as RunningNode, "python", code, { wait: !isAsync });
      };
      const answer = await askTwice(ask, turn);
      const body = answer.body as SeenExecution;
      if (isAsync && answer.status === 202) accepted.set(body.id, `${turn}\n`);
      else if (answer.status !== 200 || body.run?.stdout !== `${turn}\n`) wrong.push(answer);
      answers += 1;
    }
  }

  const clients = Array.from({ length: CLIENTS }, (_, number) => client(number));
  try {
    for (const node of restarted) {
      const before = answers;
      const successor = await cluster.start(node.role);
      if (node.role === "gateway") {
        await hasWorkers(successor, 2);
        gateways = [...gateways, successor];
      } else {
        await hasWorkers(gateways[0] as RunningNode, 3);
      }
      await node.stop();
      cluster.nodes.delete(node);
      gateways = gateways.filter((gateway) => gateway !== node);
      await eventually("clients go on", () => answers > before + CLIENTS, 60_000);
    }
  } finally {
    isOver = true;
    await Promise.all(clients);
  }
  expect(wrong).toEqual([]);
  expect([...cluster.nodes].filter((node) => restarted.includes(node))).toEqual([]);
  expect(accepted.size).toBeGreaterThan(0);
  const [gateway] = gateways as [RunningNode];
  for (const [id, stdout] of accepted) {
    expect(await whenDone(gateway, id)).toMatchObject({ status: "ok", run: { stdout } });
  }
});

test("a second signal hurries a worker: what it runs goes to another, and counts as never started", async () => {
  const cluster = await startCluster();
  onTestFinished(cluster.close);
  const [gateway, worker] = await Promise.all([cluster.start("gateway"), cluster.start("worker")]);
  await hasWorkers(gateway, 1);
  const limits = { wallMs: 60_000 };
  const id = await accept(gateway, "python", "import time\ntime.sleep(50)", { limits });
  const isRunning = () => eventually("it runs", async () => (await look(gateway, id)).state === "running", 30_000);
  await isRunning();
  worker.signal("SIGTERM");
  await eventually("it waits for what it runs", () => worker.output().includes("a second signal kills it"));
  expect((await look(gateway, id)).state).toBe("running");
  // What comes at once is taken for an echo of the first.
  await eventually("it hurries", () => {
    worker.signal("SIGTERM");
    return worker.output().includes("stopping at once");
  });
  await worker.stop();
  expect((await look(gateway, id)).state).toBe("queued");
  await cluster.start("worker");
  await isRunning();
  await fetch(`${gateway.url}/v1/executions/${id}`, { method: "DELETE" });
  expect(await whenDone(gateway, id)).toMatchObject({ status: "cancelled" });
});
