import { afterAll, beforeAll } from "vitest";
import { connectBroker } from "../../src/broker/broker.ts";
import { ensureLayout, JOBS } from "../../src/broker/layout.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { createNatsQueue } from "../../src/queue/nats/nats-queue.ts";
import { describeQueue } from "../../src/queue/queue-conformance.test-support.ts";
import { type NatsServer, startNatsServer } from "../support/nats-server.ts";

let server: NatsServer;
beforeAll(async () => {
  server = await startNatsServer();
});
afterAll(() => server.stop());

describeQueue("NATS queue", async ({ capacity }) => {
  const broker = await connectBroker({ servers: [server.url], name: "test" });
  const layout = await ensureLayout(broker, { replicas: 1, capacity, keepMs: 60_000 });
  await broker.streams.streams.purge(JOBS);
  const queue = await createNatsQueue({ broker, layout, clock: systemClock, log: console, lookEveryMs: 60_000 });
  return {
    ...queue,
    async close() {
      await queue.close();
      await broker.close();
    },
  };
});
