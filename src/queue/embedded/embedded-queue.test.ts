import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../../domain/clock.ts";
import { labelOf } from "../../domain/sample-execution.test-support.ts";
import { describeQueue, sampleJob, take, takeAndAck } from "../queue-conformance.test-support.ts";
import { createEmbeddedQueue } from "./embedded-queue.ts";

describeQueue("embedded queue", async ({ capacity }) => createEmbeddedQueue({ capacity, clock: systemClock }));

test("Retry-After follows how fast jobs ended lately", async () => {
  let nowMs = 1_000_000;
  const queue = createEmbeddedQueue({ capacity: 10, clock: { nowMs: () => nowMs } });
  for (let count = 0; count < 5; count += 1) {
    await queue.put(sampleJob());
    await takeAndAck(queue);
    nowMs += 2_000;
  }
  for (let count = 0; count < 10; count += 1) await queue.put(sampleJob());
  await expect(queue.put(sampleJob())).rejects.toMatchObject({ code: "queue_full", retryAfterSeconds: 20 });
  await queue.close();
});

test("after any number of hand-backs what waits is still taken oldest first", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat({ max: 9 }), { maxLength: 10 }), async (returned) => {
      const queue = createEmbeddedQueue({ capacity: 20, clock: systemClock });
      for (let label = 0; label < 15; label += 1) await queue.put(sampleJob(String(label)));
      const leases = await Promise.all(Array.from({ length: 10 }, () => take(queue)));
      for (const index of returned) await leases[index]?.handBack();
      const order: number[] = [];
      while (queue.depth() > 0) order.push(Number(await takeAndAck(queue)));
      expect(order).toEqual([...returned.toSorted((a, b) => a - b), 10, 11, 12, 13, 14]);
      await queue.close();
    }),
  );
});

test("a job that was handed back and cancelled, in whatever order, does not come again", async () => {
  for (const isCancelledFirst of [true, false]) {
    const queue = createEmbeddedQueue({ capacity: 10, clock: systemClock });
    const job = sampleJob("a");
    await queue.put(job);
    const lease = await take(queue);
    if (isCancelledFirst) await queue.cancel(job.execution.id);
    await lease.handBack();
    if (!isCancelledFirst) await queue.cancel(job.execution.id);
    await queue.put(sampleJob("b"));
    expect(labelOf((await take(queue)).job.execution)).toBe("b");
    await queue.close();
  }
});

test("classes whose jobs come singly and a backlog take turns", async () => {
  const queue = createEmbeddedQueue({ capacity: 100, clock: systemClock });
  for (let count = 0; count < 20; count += 1) await queue.put(sampleJob("backlog"));
  const taken: string[] = [];
  for (let count = 0; count < 10; count += 1) {
    await queue.put(sampleJob("single", { language: "ruby", version: "3.1.2" }));
    taken.push(await takeAndAck(queue), await takeAndAck(queue));
  }
  expect(taken.filter((label) => label === "single")).toHaveLength(10);
  await queue.close();
});
