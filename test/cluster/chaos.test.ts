import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { connectBroker } from "../../src/broker/broker.ts";
import { DEAD, JOBS } from "../../src/broker/layout.ts";
import { accept, hasWorkers, send, startCluster, type TestCluster, whenDone } from "../support/cluster.ts";
import { startNatsCluster } from "../support/nats-server.ts";
import { type RunningNode, startNode } from "../support/nodes.ts";
import { eventually } from "../support/until.ts";

const IS_LONG = process.env["MILLRACE_TEST_LONG"] === "1";

/** The long form is `npm run test:chaos`. */
const EXECUTIONS = IS_LONG ? 2_000 : 120;
const CLIENTS = IS_LONG ? 32 : 12;
const WORKERS = 3;
const KILL_EVERY_MS = 1_000;
const TIMEOUT_MS = IS_LONG ? 840_000 : 150_000;

interface Answer {
  readonly id: string;
  readonly status: string;
  readonly run: { readonly stdout: string };
}

test(
  `${EXECUTIONS} executions from ${CLIENTS} clients, while workers are killed and started: each has one result, the right one`,
  async () => {
    const cluster = await startCluster();
    try {
      const gateway = await cluster.start("gateway");
      await Promise.all(Array.from({ length: WORKERS }, () => cluster.start("worker")));
      await hasWorkers(gateway, WORKERS);
      const over = new AbortController();
      const killing = killAtRandom(cluster, over.signal);
      const answers = await runAll(gateway);
      over.abort();
      const kills = await killing;

      expect(answers.map(({ status, run }) => [status, run.stdout])).toEqual(
        Array.from({ length: EXECUTIONS }, (_, number) => ["ok", `${number * 7}\n`]),
      );
      expect(new Set(answers.map(({ id }) => id)).size).toBe(EXECUTIONS);
      const { deliveries, dead } = await readBroker(cluster);
      expect(dead).toBe(0);
      console.log(
        `chaos: ${EXECUTIONS} executions, ${kills} workers killed, ${deliveries - EXECUTIONS} deliveries more than jobs`,
      );
    } finally {
      await cluster.close();
    }
  },
  TIMEOUT_MS,
);

/** Every client has one execution under way at a time. */
async function runAll(gateway: RunningNode): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  async function client(): Promise<void> {
    while (next < EXECUTIONS) {
      const number = next;
      next += 1;
      const response = await send(gateway, "python", `import time\ntime.sleep(0.05)\nprint(${number} * 7)`);
      const body = await response.text();
      // Whoever waits sees an answer, whatever dies meanwhile.
      expect(response.status, body).toBe(200);
      answers[number] = JSON.parse(body);
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return answers;
}

/** One worker is killed every second, and another one started for it. @returns how many were killed. */
async function killAtRandom(cluster: TestCluster, signal: AbortSignal): Promise<number> {
  let kills = 0;
  while (!signal.aborted) {
    await delay(KILL_EVERY_MS, undefined, { signal }).catch(() => undefined);
    const workers = [...cluster.nodes].filter(({ role }) => role === "worker");
    const victim = workers[Math.floor(Math.random() * workers.length)];
    if (signal.aborted || victim === undefined) continue;
    await cluster.kill(victim);
    kills += 1;
    await cluster.start("worker");
  }
  return kills;
}

/** How many times jobs were given to a worker, and how many were given up. */
async function readBroker({ broker }: TestCluster): Promise<{ readonly deliveries: number; readonly dead: number }> {
  const connection = await connectBroker({ servers: [broker.url], name: "chaos" });
  try {
    let deliveries = 0;
    for await (const { delivered } of connection.streams.consumers.list(JOBS)) deliveries += delivered.consumer_seq;
    return { deliveries, dead: (await connection.streams.streams.info(DEAD)).state.messages };
  } finally {
    await connection.close();
  }
}

if (IS_LONG) {
  test(
    "three NATS servers that keep everything three times: the leader is killed under load, and nothing is lost",
    async () => {
      const servers = await startNatsCluster();
      const nats = servers.map(({ url }) => url).join(",");
      const flags = ["--nats-replicas", "3"];
      const nodes: RunningNode[] = [];
      try {
        const gateway = await startNode({ role: "gateway", nats, flags });
        nodes.push(gateway, await startNode({ role: "worker", nats }), await startNode({ role: "worker", nats }));
        await hasWorkers(gateway, 2);
        const ids: string[] = [];
        const submitting = (async () => {
          for (let number = 0; number < 200; number += 1) {
            const code = `print(${number})`;
            // Between two leaders an answer may be 503: then nothing was accepted, and one asks again.
            const id = await eventually(
              "it is accepted",
              () => accept(gateway, "python", code).catch(() => null),
              30_000,
            );
            ids.push(id);
          }
        })();
        await eventually("some were accepted", () => ids.length > 20, 60_000);
        await leaderOf(servers).then((leader) => leader.kill());
        await submitting;
        const results = await Promise.all(ids.map((id) => whenDone(gateway, id)));
        expect(results.map(({ status, run }) => [status, run?.stdout])).toEqual(
          ids.map((_, number) => ["ok", `${number}\n`]),
        );
      } finally {
        await Promise.all(nodes.map((node) => node.stop()));
        await Promise.all(servers.map((server) => server.stop()));
      }
    },
    TIMEOUT_MS,
  );
}

async function leaderOf(servers: Awaited<ReturnType<typeof startNatsCluster>>) {
  const connection = await connectBroker({ servers: [String(servers[0]?.url)], name: "chaos" });
  try {
    const { cluster } = await connection.streams.streams.info(JOBS);
    const index = Number(cluster?.leader?.replace("nats-", ""));
    const leader = servers[index];
    if (leader === undefined) throw new Error(`There is no server ${cluster?.leader}`);
    return leader;
  } finally {
    await connection.close();
  }
}
