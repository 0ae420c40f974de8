import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { AckPolicy, JetStreamApiError } from "@nats-io/jetstream";
import { connect, type NatsConnection, PermissionViolationError } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectBroker } from "../../src/broker/broker.ts";
import { JOBS } from "../../src/broker/layout.ts";
import { accept, hasWorkers, send, startCluster, type TestCluster, whenDone } from "../support/cluster.ts";
import type { RunningNode } from "../support/nodes.ts";
import { eventually } from "../support/until.ts";

/** What is shipped, with passwords. */
const PERMISSIONS = readFileSync(new URL("../../deploy/nats/permissions.conf", import.meta.url), "utf8")
  .replace("$MILLRACE_GATEWAY_PASSWORD", "gateway-secret")
  .replace("$MILLRACE_WORKER_PASSWORD", "worker-secret");

let cluster: TestCluster;
let gateway: RunningNode;
const as = (user: string) => ({ env: { MILLRACE_NATS_USER: user, MILLRACE_NATS_PASSWORD: `${user}-secret` } });

beforeAll(async () => {
  cluster = await startCluster({ config: PERMISSIONS });
  gateway = await cluster.start("gateway", as("gateway"));
  await cluster.start("worker", as("worker"));
  await hasWorkers(gateway, 1);
});
afterAll(() => cluster?.close());

test("with the shipped rights everything works: short, long, accepted, cancelled", async () => {
  const answer = await send(gateway, "python", "print(1)");
  expect([answer.status, await answer.json()]).toMatchObject([200, { status: "ok", run: { stdout: "1\n" } }]);
  const long = await send(gateway, "python", `print("${"x".repeat(700_000)}")`);
  expect([long.status, await long.json()]).toMatchObject([200, { status: "ok" }]);
  const id = await accept(gateway, "python", "print(2)");
  expect(await whenDone(gateway, id)).toMatchObject({ status: "ok", run: { stdout: "2\n" } });
  const endless = await accept(gateway, "python", "import time\ntime.sleep(5)");
  const cancelled = await fetch(`${gateway.url}/v1/executions/${endless}`, { method: "DELETE" });
  expect(cancelled.status).toBe(200);
  expect(await whenDone(gateway, endless)).toMatchObject({ status: "cancelled" });
});

test("with the shipped rights executions can be followed", async () => {
  const id = await accept(gateway, "python", "print(3)");
  const text = await (await fetch(`${gateway.url}/v1/executions/${id}/events`)).text();
  expect([...text.matchAll(/^event: (\w+)$/gm)].map(([, kind]) => kind)).toEqual([
    "queued",
    "started",
    "stdout",
    "done",
  ]);
});

test("nobody comes in without a password, or with another one", async () => {
  const servers = [cluster.broker.url];
  await expect(connectBroker({ servers, name: "nobody" })).rejects.toThrow(/authorization/i);
  await expect(connectBroker({ servers, name: "worker", user: "worker", password: "guessed" })).rejects.toThrow(
    /authorization/i,
  );
});

test("a gateway cannot have the jobs of a class sent to itself", async () => {
  const broker = await connectBroker({
    servers: [cluster.broker.url],
    name: "gateway",
    user: "gateway",
    password: "gateway-secret",
    inboxPrefix: "_INBOX_gateway",
  });
  const [consumer] = await Array.fromAsync(broker.streams.consumers.list(JOBS));
  expect(consumer?.config.filter_subject).toMatch(/^jobs\./);
  const { name = "", filter_subject = "" } = { ...consumer, ...consumer?.config };
  const pushing = { filter_subject, ack_policy: AckPolicy.Explicit, deliver_subject: "_INBOX_gateway.mine" };
  for (const durable_name of [name, "mine"]) {
    await expect(broker.streams.consumers.add(JOBS, { ...pushing, durable_name })).rejects.toThrow(JetStreamApiError);
  }
  await broker.close();
});

describe.each([
  {
    user: "worker",
    publish: [
      "jobs.python-3_11_2.normal.new",
      "cancel.exe_1",
      "records.exe_1",
      "$KV.ACCEPTED.exe_1",
      "$KV.IDEMPOTENCY.k",
      "$KV.WEBHOOKS.exe_1",
      "$JS.API.STREAM.MSG.GET.KV_WEBHOOKS",
      "$JS.API.DIRECT.GET.KV_WEBHOOKS.$KV.WEBHOOKS.exe_1",
      "$JS.API.CONSUMER.CREATE.KV_WEBHOOKS",
      "$JS.API.STREAM.PURGE.JOBS",
      "$JS.API.STREAM.DELETE.JOBS",
      "$JS.API.STREAM.MSG.DELETE.JOBS",
      "$JS.API.CONSUMER.CREATE.JOBS",
      "events.node_1",
      "_INBOX_gateway.1",
    ],
    subscribe: [">", "jobs.>", "records.*", "told.*", "_INBOX.>", "_INBOX_gateway.>", "$KV.>"],
  },
  {
    user: "gateway",
    publish: [
      "$JS.API.CONSUMER.MSG.NEXT.JOBS.python-3_11_2_normal",
      "$JS.ACK.JOBS.python-3_11_2_normal.1.1.1.1.1",
      "dead.unreadable",
      "records.exe_1",
      "$JS.API.STREAM.DELETE.JOBS",
      "$JS.API.STREAM.PURGE.JOBS",
      "$JS.API.CONSUMER.DELETE.JOBS.python-3_11_2_normal",
      "$JS.API.CONSUMER.CREATE.JOBS",
      "$JS.API.CONSUMER.DURABLE.CREATE.JOBS.mine",
    ],
    subscribe: [">", "cancel.*", "events.*", "_INBOX.>", "_INBOX_worker.>"],
  },
])("a $user may not", ({ user, publish, subscribe }) => {
  let connection: NatsConnection;
  const refused: string[] = [];
  beforeAll(async () => {
    connection = await connect({
      servers: cluster.broker.url,
      user,
      pass: `${user}-secret`,
      inboxPrefix: `_INBOX_${user}`,
    });
    void (async () => {
      for await (const status of connection.status()) {
        if (status.type === "error" && status.error instanceof PermissionViolationError) {
          refused.push(`${status.error.operation} ${status.error.subject}`);
        }
      }
    })();
  });
  afterAll(() => connection?.close());

  test.each(publish)("publish %s", async (subject) => {
    connection.publish(subject, "{}");
    await eventually("it is refused", () => refused.includes(`publish ${subject}`));
  });

  test("be let to, by asking itself with that for the answer", async () => {
    const reply = `records.exe_${randomUUID()}`;
    connection.subscribe("nodes.*", {
      callback: (_error, message) => void (message.reply === reply && message.respond("{}")),
    });
    connection.publish("nodes.call", "", { reply });
    await eventually("it is refused", () => refused.includes(`publish ${reply}`));
  });

  test.each(subscribe)("subscribe to %s", async (subject) => {
    connection.subscribe(subject, { callback: () => undefined });
    await eventually("it is refused", () => refused.includes(`subscription ${subject}`));
  });
});
