import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../domain/clock.ts";
import type { Execution, ExecutionResult } from "../domain/execution.ts";
import { MOST_STARTS } from "../domain/execution-state.ts";
import { toolchainRequirement } from "../domain/requirement.ts";
import { SAMPLE_NODE, sampleExecution, sampleResult } from "../domain/sample-execution.test-support.ts";
import type { Lease, Queue } from "../queue/queue.ts";
import type { Store } from "../store/store.ts";
import { acceptanceOf } from "../store/store-conformance.test-support.ts";
import { queueUnfinished, toJob } from "./to-job.ts";

/** Where jobs wait and where executions are kept, as one process has them. */
export interface Delivering {
  readonly queue: Queue;
  readonly store: Store;
}

const OFFERS = new Set([toolchainRequirement(sampleExecution())]);

type Step = "submit" | "take" | "start" | "complete" | "handBack" | "cancel" | "crash";

/** A job that a worker holds, and how far it has come with it. */
interface Work {
  readonly lease: Lease;
  attempt: number | null;
}

const steps = fc.array(
  fc.tuple(
    fc.constantFrom<Step>(
      ...(["submit", "submit", "take", "take", "start", "start", "complete"] as const),
      ...(["handBack", "cancel", "crash"] as const),
    ),
    fc.nat({ max: 20 }),
  ),
  { maxLength: 50 },
);

/**
 * What queue and store have to do together.
 * @param create makes both, empty.
 * @param restart what a process that starts after the death of the last one has.
 */
export function describeDelivery(
  name: string,
  create: () => Promise<Delivering>,
  restart: (before: Delivering) => Promise<Delivering>,
): void {
  test(`${name}: law: every accepted job has exactly one result, whatever crashes, is given back, comes late or is cancelled`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        await playOut(script, create, restart);
      }),
      { numRuns: 60 },
    );
  });
}

async function playOut(
  script: readonly (readonly [Step, number])[],
  create: () => Promise<Delivering>,
  restart: (before: Delivering) => Promise<Delivering>,
): Promise<void> {
  let { queue, store } = await create();
  const accepted: Execution[] = [];
  /** Each result that a client has seen; it may never see another. */
  const seen = new Map<string, ExecutionResult>();
  let held: Work[] = [];
  /** Of workers that lost their lease, and do not know it. */
  const late: Work[] = [];
  let results = 0;
  const pick = <T>(list: readonly T[], choice: number): T | undefined => list[choice % Math.max(1, list.length)];

  async function look(): Promise<void> {
    for (const { id } of accepted) {
      const record = await store.find(id);
      if (record === "expired" || record?.state.kind !== "done") continue;
      const first = seen.get(id) ?? record.state.result;
      expect(record.state.result).toEqual(first);
      seen.set(id, first);
    }
  }

  async function start(work: Work): Promise<void> {
    const found = await store.start(work.lease.job, SAMPLE_NODE);
    if (found.kind === "run") {
      work.attempt = found.attempt;
      return;
    }
    held = held.filter((other) => other !== work);
    await work.lease.ack();
  }

  async function complete(work: Work): Promise<void> {
    const { execution } = work.lease.job;
    results += 1;
    if (work.attempt !== null) {
      await store.complete(execution.id, work.attempt, { ...sampleResult(execution), totalMs: results });
    }
    if (!held.includes(work)) return;
    held = held.filter((other) => other !== work);
    await work.lease.ack();
  }

  async function handBack(work: Work): Promise<void> {
    held = held.filter((other) => other !== work);
    if (work.attempt !== null) await store.handBack(work.lease.job.execution.id, work.attempt);
    await work.lease.handBack();
  }

  async function take(): Promise<void> {
    if (queue.depth() === 0) return;
    held.push({ lease: await queue.take({ signal: new AbortController().signal, offers: OFFERS }), attempt: null });
  }

  /** Everything in memory is gone, and whoever worked may still finish what it worked on. */
  async function crash(): Promise<void> {
    late.push(...held);
    held = [];
    ({ queue, store } = await restart({ queue, store }));
    await queueUnfinished(store, queue);
  }

  for (const [step, choice] of script) {
    if (step === "submit") {
      const acceptance = acceptanceOf(sampleExecution(), { acceptedAtMs: systemClock.nowMs() });
      await store.accept(acceptance);
      await queue.put(toJob(acceptance));
      accepted.push(acceptance.execution);
    } else if (step === "take") await take();
    else if (step === "crash") await crash();
    else if (step === "cancel") {
      const execution = pick(accepted, choice);
      if (execution === undefined) continue;
      await store.cancel(execution.id);
      await queue.cancel(execution.id);
    } else {
      const work = step === "complete" ? pick([...held, ...late], choice) : pick(held, choice);
      if (work === undefined) continue;
      if (step === "start" && work.attempt === null) await start(work);
      if (step === "complete") await complete(work);
      if (step === "handBack") await handBack(work);
    }
    await look();
  }

  await crash();
  for (let rounds = 0; rounds <= MOST_STARTS && queue.depth() > 0; rounds += 1) {
    while (queue.depth() > 0) await take();
    for (const work of [...held]) {
      await start(work);
      if (held.includes(work)) await complete(work);
    }
  }
  await look();
  expect(queue.depth()).toBe(0);
  expect(Array.from(seen.keys()).toSorted()).toEqual(accepted.map(({ id }) => id).toSorted());
  for (const execution of accepted) {
    // Nobody can change what is done, not even who still believes to work on it.
    expect(await store.complete(execution.id, 1, sampleResult(execution))).toBe(false);
  }
  await queue.close();
  await store.close();
}
