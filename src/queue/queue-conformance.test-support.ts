import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../domain/clock.ts";
import { EngineError } from "../domain/errors.ts";
import type { Execution, Priority } from "../domain/execution.ts";
import { type Requirement, requirementsOf, toolchainRequirement } from "../domain/requirement.ts";
import { labelOf, sampleExecution } from "../domain/sample-execution.test-support.ts";
import type { Job, Lease, Queue } from "./queue.ts";

const PYTHON = toolchainRequirement(sampleExecution());
const RUBY = { language: "ruby", version: "3.1.2" };
const ALL: ReadonlySet<Requirement> = new Set([PYTHON, toolchainRequirement(RUBY)]);

/** A signal that never aborts. */
const never = () => new AbortController().signal;

export function sampleJob(label = "", changes: Partial<Execution> = {}): Job {
  const execution = sampleExecution(label, changes);
  return {
    execution,
    requires: requirementsOf(execution),
    submitter: { client: "ci", address: "127.0.0.1" },
    acceptedAtMs: systemClock.nowMs(),
    isKept: true,
  };
}

export function take(queue: Queue, offers = ALL): Promise<Lease> {
  return queue.take({ signal: never(), offers });
}

/** A queue that is elsewhere says what it was told last: it is to ask now. */
async function lookAt(queue: Queue): Promise<Queue> {
  if ("look" in queue && typeof queue.look === "function") await queue.look();
  return queue;
}

const depthOf = async (queue: Queue): Promise<number> => (await lookAt(queue)).depth();
const oldestMsOf = async (queue: Queue): Promise<number> => (await lookAt(queue)).oldestMs();

/** The depth once what was acknowledged is gone. */
async function settledDepth(queue: Queue): Promise<number> {
  for (let looks = 0; looks < 50 && (await depthOf(queue)) > 0; looks += 1) await delay(10);
  return depthOf(queue);
}

/** Once what was acknowledged is gone, there is room. */
async function putSoon(queue: Queue, job: Job): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await queue.put(job);
    } catch (error) {
      if (tries === 50) throw error;
      await delay(10);
    }
  }
}

export async function takeAndAck(queue: Queue, offers = ALL): Promise<string> {
  const lease = await take(queue, offers);
  await lease.ack();
  return labelOf(lease.job.execution);
}

/** Takes all that wait. @returns their labels, in that order. */
async function takeAll(queue: Queue, offers = ALL): Promise<string[]> {
  const labels: string[] = [];
  for (let count = await depthOf(queue); count > 0; count -= 1) labels.push(await takeAndAck(queue, offers));
  return labels;
}

/** What every queue has to do, whatever it is made of. `create` makes an empty one. */
export function describeQueue(name: string, create: (options: { readonly capacity: number }) => Promise<Queue>): void {
  const open: Queue[] = [];
  async function createQueue(capacity = 10): Promise<Queue> {
    const queue = await create({ capacity });
    open.push(queue);
    return queue;
  }
  afterEach(async () => {
    await Promise.all(open.splice(0).map((queue) => queue.close()));
  });

  async function putAll(queue: Queue, labels: readonly string[], changes: Partial<Execution> = {}): Promise<void> {
    for (const label of labels) await queue.put(sampleJob(label, changes));
  }

  describe(`${name}: what every queue does`, () => {
    test("the oldest job is taken first", async () => {
      const queue = await createQueue();
      await putAll(queue, ["a", "b", "c"]);
      expect(await depthOf(queue)).toBe(3);
      expect(await takeAll(queue)).toEqual(["a", "b", "c"]);
      expect(await depthOf(queue)).toBe(0);
    });

    test("a job comes as it was put", async () => {
      const queue = await createQueue();
      const job = sampleJob("é\n", { args: ["1"], env: { A: "b" }, stdin: Buffer.from([0, 255]) });
      await queue.put(job);
      const lease = await take(queue);
      expect(structuredClone(lease.job)).toEqual(structuredClone(job));
      await lease.ack();
    });

    test("it knows how long the oldest job has waited", async () => {
      const queue = await createQueue();
      expect(await oldestMsOf(queue)).toBe(0);
      await queue.put({ ...sampleJob("a"), acceptedAtMs: systemClock.nowMs() - 60_000 });
      await queue.put(sampleJob("b"));
      expect(await oldestMsOf(queue)).toBeGreaterThanOrEqual(60_000);
      await takeAndAck(queue);
      expect(await oldestMsOf(queue)).toBeLessThan(60_000);
      await takeAndAck(queue);
      expect(await oldestMsOf(queue)).toBe(0);
    });

    test("a take waits for a job", async () => {
      const queue = await createQueue();
      const taken = takeAndAck(queue);
      await queue.put(sampleJob("late"));
      expect(await taken).toBe("late");
    });

    test("a full queue refuses and says when to try again", async () => {
      const queue = await createQueue(2);
      await putAll(queue, ["a", "b"]);
      const refusal = await queue.put(sampleJob("c")).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(EngineError);
      expect(refusal).toMatchObject({ code: "queue_full" });
      expect((refusal as EngineError).retryAfterSeconds).toBeGreaterThanOrEqual(1);
      expect(await takeAndAck(queue)).toBe("a");
      await putSoon(queue, sampleJob("d"));
      expect(await takeAll(queue)).toEqual(["b", "d"]);
    });

    test("a full queue takes what was accepted before, and what nobody has refused stays out of the way of others", async () => {
      const queue = await createQueue(1);
      await putAll(queue, ["a"]);
      await queue.put(sampleJob("again"), { isAccepted: true });
      await putAll(queue, ["other class"], RUBY);
      expect(await depthOf(queue)).toBe(3);
      await takeAll(queue);
    });

    test("a job that is put twice comes once", async () => {
      const queue = await createQueue();
      const job = sampleJob("a");
      await queue.put(job);
      await queue.put(job, { isAccepted: true });
      await queue.put(sampleJob("b"));
      expect(await takeAndAck(queue)).toBe("a");
      expect(await takeAndAck(queue)).toBe("b");
      expect(await depthOf(queue)).toBe(0);
    });

    test("a job goes only to a worker that has what it requires", async () => {
      const queue = await createQueue();
      const ruby = takeAndAck(queue, new Set([toolchainRequirement(RUBY)]));
      await putAll(queue, ["python"]);
      expect(await depthOf(queue)).toBe(1);
      await putAll(queue, ["ruby"], RUBY);
      expect(await ruby).toBe("ruby");
      expect(await takeAndAck(queue, new Set([PYTHON]))).toBe("python");
    });

    test("the backlog of one class does not delay another", async () => {
      const queue = await createQueue(50);
      await putAll(queue, Array<string>(20).fill("python"));
      await putAll(queue, ["ruby", "ruby"], RUBY);
      const first = [
        await takeAndAck(queue),
        await takeAndAck(queue),
        await takeAndAck(queue),
        await takeAndAck(queue),
      ];
      expect(first.filter((label) => label === "ruby")).toHaveLength(2);
      await takeAll(queue);
    });

    test("urgent jobs come first, and none is starved by them", async () => {
      const queue = await createQueue(100);
      for (const priority of ["low", "normal", "high"] as const satisfies readonly Priority[])
        await putAll(queue, Array<string>(24).fill(priority), { priority });
      const taken: string[] = [];
      for (let count = 0; count < 24; count += 1) taken.push(await takeAndAck(queue));
      const counts = ["high", "normal", "low"].map((one) => taken.filter((label) => label === one).length);
      expect(taken[0]).toBe("high");
      expect(counts).toEqual([16, 6, 2]);
      await takeAll(queue);
    });

    test("a job that was cancelled while it waited never comes", async () => {
      const queue = await createQueue();
      const job = sampleJob("b");
      await putAll(queue, ["a"]);
      await queue.put(job);
      await putAll(queue, ["c"]);
      await queue.cancel(job.execution.id);
      await expect.poll(() => depthOf(queue)).toBe(2);
      expect(await takeAll(queue)).toEqual(["a", "c"]);
    });

    test("cancelling a job that was taken tells its holder, soon", async () => {
      const queue = await createQueue();
      const job = sampleJob("a");
      await queue.put(job);
      const lease = await take(queue);
      expect(lease.cancelled.aborted).toBe(false);
      await queue.cancel(job.execution.id);
      await expect.poll(() => lease.cancelled.aborted, { interval: 5, timeout: 2_000 }).toBe(true);
      await lease.ack();
    });

    test("cancelling what is not there does nothing", async () => {
      const queue = await createQueue();
      await queue.cancel(sampleExecution().id);
      await putAll(queue, ["a"]);
      expect(await takeAll(queue)).toEqual(["a"]);
    });

    test("a job that was handed back comes again, and no other twice", async () => {
      const queue = await createQueue();
      await putAll(queue, ["a", "b", "c"]);
      const first = await take(queue);
      const second = await take(queue);
      await second.handBack();
      await first.handBack();
      const taken = [await takeAndAck(queue), await takeAndAck(queue), await takeAndAck(queue)];
      expect(taken.toSorted()).toEqual(["a", "b", "c"]);
      expect(await depthOf(queue)).toBe(0);
    });

    test("a job that was handed back goes to a take that waits", async () => {
      const queue = await createQueue();
      await putAll(queue, ["a"]);
      const lease = await take(queue);
      const taken = takeAndAck(queue);
      await lease.handBack();
      expect(await taken).toBe("a");
    });

    test("a lease ends once", async () => {
      const queue = await createQueue();
      await putAll(queue, ["a"]);
      const lease = await take(queue);
      await lease.extend();
      await lease.ack();
      await expect(lease.ack()).rejects.toThrow("already ended");
      await expect(lease.handBack()).rejects.toThrow("already ended");
    });

    test("a take that is stopped rejects with the reason, and no job is lost to it", async () => {
      const queue = await createQueue();
      const stop = new AbortController();
      const taken = queue.take({ signal: stop.signal, offers: ALL });
      stop.abort(new Error("draining"));
      await expect(taken).rejects.toThrow("draining");
      await expect(queue.take({ signal: stop.signal, offers: ALL })).rejects.toThrow("draining");
      await putAll(queue, ["a"]);
      expect(await takeAndAck(queue)).toBe("a");
    });

    test("closing ends takes that wait, and refuses what comes; a lease still ends", async () => {
      const queue = await createQueue();
      await putAll(queue, ["a"]);
      const lease = await take(queue);
      const taken = take(queue);
      const rejection = expect(taken).rejects.toMatchObject({ code: "no_worker" });
      await queue.close();
      await rejection;
      await expect(queue.put(sampleJob("late"))).rejects.toMatchObject({ code: "no_worker" });
      await expect(take(queue)).rejects.toMatchObject({ code: "no_worker" });
      await lease.ack().catch(() => undefined);
    });
  });

  type Step = "put" | "take" | "ack" | "handBack" | "cancel";

  const steps = fc.array(
    fc.tuple(
      fc.constantFrom<Step>("put", "put", "take", "take", "ack", "handBack", "cancel"),
      fc.nat({ max: 20 }),
      fc.constantFrom<Priority>("high", "normal", "low"),
      fc.boolean(),
    ),
    { maxLength: 40 },
  );

  /** Plays any order of steps, then takes and acknowledges whatever is left. */
  async function play(script: readonly (readonly [Step, number, Priority, boolean])[]) {
    const queue = await create({ capacity: 4 });
    const jobs: Job[] = [];
    const refused = new Set<string>();
    const cancelled = new Set<string>();
    const leases: Lease[] = [];
    const endings = new Map<string, number>();
    const pick = <T>(list: T[], choice: number): T | undefined => list.splice(choice % Math.max(1, list.length), 1)[0];

    async function ack(lease: Lease): Promise<void> {
      const label = labelOf(lease.job.execution);
      endings.set(label, (endings.get(label) ?? 0) + 1);
      await lease.ack();
    }
    for (const [step, choice, priority, isRuby] of script) {
      if (step === "put") {
        const job = sampleJob(String(jobs.length), { priority, ...(isRuby ? RUBY : {}) });
        jobs.push(job);
        await queue.put(job).catch((error: EngineError) => {
          expect(error.code).toBe("queue_full");
          refused.add(labelOf(job.execution));
        });
      } else if (step === "take" && (await depthOf(queue)) > 0) {
        leases.push(await take(queue));
      } else if (step === "cancel") {
        const job = jobs[choice % Math.max(1, jobs.length)];
        if (job === undefined) continue;
        cancelled.add(labelOf(job.execution));
        await queue.cancel(job.execution.id);
      } else if (step === "ack" || step === "handBack") {
        const lease = pick(leases, choice);
        if (lease !== undefined) await (step === "ack" ? ack(lease) : lease.handBack());
      }
    }
    while ((await depthOf(queue)) > 0) leases.push(await take(queue));
    for (const lease of leases) await ack(lease);
    const depth = await settledDepth(queue);
    await queue.close();
    return { labels: jobs.map(({ execution }) => labelOf(execution)), refused, cancelled, endings, depth };
  }

  test(`${name}: law: in any order of steps every accepted job ends once, or never if it was cancelled`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const { labels, refused, cancelled, endings, depth } = await play(script);
        expect(depth).toBe(0);
        for (const label of labels) {
          const count = endings.get(label) ?? 0;
          if (refused.has(label)) expect(count).toBe(0);
          else if (cancelled.has(label)) expect(count).toBeLessThanOrEqual(1);
          else expect(count).toBe(1);
        }
      }),
      { numRuns: 50 },
    );
  });
}
