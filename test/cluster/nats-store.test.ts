import { afterAll, beforeAll } from "vitest";
import { connectBroker } from "../../src/broker/broker.ts";
import { ensureLayout } from "../../src/broker/layout.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { createNatsStore } from "../../src/store/nats/nats-store.ts";
import { describeStore } from "../../src/store/store-conformance.test-support.ts";
import { type NatsServer, startNatsServer } from "../support/nats-server.ts";

let server: NatsServer;
beforeAll(async () => {
  server = await startNatsServer();
});
afterAll(() => server.stop());

/** A gateway's and a worker's, which know of each other only by the broker. */
describeStore("NATS store", async () => {
  const [gatewaySide, workerSide] = await Promise.all([createSide("gateway"), createSide("worker")]);
  return {
    ...gatewaySide.store,
    start: workerSide.store.start,
    complete: workerSide.store.complete,
    handBack: workerSide.store.handBack,
    async close() {
      await Promise.all([gatewaySide.close(), workerSide.close()]);
    },
  };
});

async function createSide(name: string) {
  const broker = await connectBroker({ servers: [server.url], name });
  const layout = await ensureLayout(broker, { replicas: 1, capacity: 100, keepMs: 60_000 });
  // Tests use the same keys.
  await broker.streams.streams.purge("KV_IDEMPOTENCY");
  const store = createNatsStore({ broker, layout, clock: systemClock });
  return {
    store,
    async close() {
      await store.close();
      await broker.close();
    },
  };
}
