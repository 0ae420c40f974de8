import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../domain/clock.ts";
import { EngineError } from "../../domain/errors.ts";
import { describeQueue, labelOf, sampleExecution, sampleResult } from "../conformance.test-support.ts";
import type { Lease, Queue } from "../queue.ts";
import { createEmbeddedQueue } from "./embedded-queue.ts";

describeQueue("embedded queue", async ({ capacity }) => createEmbeddedQueue({ capacity, clock: systemClock }));

test("Retry-After follows how fast jobs ended lately", async () => {
  let nowMs = 1_000_000;
  const queue = createEmbeddedQueue({ capacity: 10, clock: { nowMs: () => nowMs } });
  const signal = new AbortController().signal;
  const submit = () => queue.submit(sampleExecution(), { signal });
  for (let count = 0; count < 5; count += 1) {
    const result = submit();
    const lease = await queue.take({ signal });
    await lease.ack(sampleResult(lease.job.execution));
    await result;
    nowMs += 2_000;
  }
  const waiting = Array.from({ length: 10 }, submit);
  await expect(submit()).rejects.toMatchObject({ code: "queue_full", retryAfterSeconds: 20 });
  await Promise.all([queue.close(), Promise.allSettled(waiting)]);
});

test("a job says when it was put", async () => {
  const queue = createEmbeddedQueue({ capacity: 1, clock: { nowMs: () => 12_345.678 } });
  const signal = new AbortController().signal;
  const result = queue.submit(sampleExecution(), { signal });
  const lease = await queue.take({ signal });
  expect(lease.job.putAtMs).toBe(12_345.678);
  await lease.ack(sampleResult(lease.job.execution));
  await result;
});

type Step = "submit" | "take" | "ack" | "handBack" | "cancel";

/** What became of one submitted job, as its submitter and the workers saw it. */
interface Story {
  readonly label: string;
  readonly hangUp: AbortController;
  settled: "result" | "refused" | "cancelled" | null;
  settlements: number;
}

describe("laws, over any order of submitting, taking, acknowledging, handing back and cancelling", () => {
  const steps = fc.array(
    fc.tuple(
      fc.constantFrom<Step>("submit", "submit", "take", "take", "ack", "handBack", "cancel"),
      fc.nat({ max: 20 }),
    ),
    { maxLength: 60 },
  );

  async function play(script: readonly (readonly [Step, number])[], capacity: number) {
    const queue = createEmbeddedQueue({ capacity, clock: systemClock });
    const signal = new AbortController().signal;
    const stories: Story[] = [];
    const leases: Lease[] = [];
    const takenOrder: number[] = [];

    const note = (story: Story, outcome: Story["settled"]) => {
      story.settled = outcome;
      story.settlements += 1;
    };
    function submit(): void {
      const story: Story = {
        label: String(stories.length),
        hangUp: new AbortController(),
        settled: null,
        settlements: 0,
      };
      stories.push(story);
      queue.submit(sampleExecution(story.label), { signal: story.hangUp.signal }).then(
        () => note(story, "result"),
        (error: unknown) => note(story, error instanceof EngineError ? "refused" : "cancelled"),
      );
    }
    async function take(): Promise<void> {
      if (queue.depth() === 0) return;
      const lease = await queue.take({ signal });
      leases.push(lease);
      takenOrder.push(Number(labelOf(lease.job.execution)));
    }
    const ack = (lease: Lease) => lease.ack(sampleResult(lease.job.execution));

    for (const [step, choice] of script) {
      if (step === "submit") submit();
      if (step === "take") await take();
      if (step === "cancel") stories[choice % Math.max(1, stories.length)]?.hangUp.abort(new Error("gone"));
      if (step === "ack" || step === "handBack") {
        const [lease] = leases.splice(choice % Math.max(1, leases.length), 1);
        if (lease !== undefined) await (step === "ack" ? ack(lease) : lease.handBack());
      }
    }
    await drain(queue, leases, take, ack);
    await new Promise(setImmediate);
    await queue.close();
    return { stories, takenOrder };
  }

  async function drain(queue: Queue, leases: Lease[], take: () => Promise<void>, ack: (lease: Lease) => Promise<void>) {
    while (queue.depth() > 0) await take();
    for (const lease of leases) await ack(lease);
  }

  test("every submitter hears exactly once: a result, a refusal, or its own cancelling", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (script, capacity) => {
        const { stories } = await play(script, capacity);
        for (const story of stories) {
          expect(story.settlements).toBe(1);
          if (!story.hangUp.signal.aborted) expect(story.settled).not.toBe("cancelled");
        }
      }),
    );
  });

  test("a job is taken only if it was accepted, and without handing back at most once and in order", async () => {
    const withoutHandBack = steps.map((script) => script.filter(([step]) => step !== "handBack"));
    await fc.assert(
      fc.asyncProperty(withoutHandBack, fc.integer({ min: 1, max: 4 }), async (script, capacity) => {
        const { stories, takenOrder } = await play(script, capacity);
        expect(takenOrder).toEqual([...new Set(takenOrder)].sort((a, b) => a - b));
        for (const label of takenOrder) expect(stories[label]?.settled).not.toBe("refused");
      }),
    );
  });

  test("after any number of hand-backs what waits is still taken oldest first", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat({ max: 9 }), { maxLength: 10 }), async (returned) => {
        const queue = createEmbeddedQueue({ capacity: 20, clock: systemClock });
        const signal = new AbortController().signal;
        const results = Array.from({ length: 15 }, (_, index) =>
          queue.submit(sampleExecution(String(index)), { signal }),
        );
        const leases = await Promise.all(Array.from({ length: 10 }, () => queue.take({ signal })));
        for (const index of returned) await leases[index]?.handBack();
        const order: number[] = [];
        while (queue.depth() > 0) {
          const lease = await queue.take({ signal });
          order.push(Number(labelOf(lease.job.execution)));
          await lease.ack(sampleResult(lease.job.execution));
        }
        expect(order).toEqual([...returned.toSorted((a, b) => a - b), 10, 11, 12, 13, 14]);
        for (const [index, lease] of leases.entries()) {
          if (!returned.includes(index)) await lease.ack(sampleResult(lease.job.execution));
        }
        await Promise.all(results);
        await queue.close();
      }),
    );
  });
});
