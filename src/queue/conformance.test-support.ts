import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { EngineError } from "../domain/errors.ts";
import type { Execution, ExecutionResult } from "../domain/execution.ts";
import { executionId, nodeId } from "../domain/ids.ts";
import { DEFAULT_COMPILE_LIMITS, DEFAULT_RUN_LIMITS } from "../domain/limits.ts";
import type { Queue } from "./queue.ts";

const NODE = nodeId(randomUUID());

/** An execution that differs from others by its id, and says `label` where a test wants to tell it apart. */
export function sampleExecution(label = ""): Execution {
  return {
    id: executionId(randomUUID()),
    language: "python",
    version: "3.11.2",
    files: [{ path: "main.py", content: Buffer.from(label) }],
    stdin: new Uint8Array(),
    args: [],
    env: {},
    compileArgs: [],
    limits: DEFAULT_RUN_LIMITS,
    compileLimits: DEFAULT_COMPILE_LIMITS,
  };
}

export function labelOf(execution: Execution): string {
  return Buffer.from(execution.files[0]?.content ?? []).toString();
}

export function sampleResult(execution: Execution): ExecutionResult {
  const { id, language, version } = execution;
  return { id, status: "ok", language, version, compile: null, run: null, queuedMs: 0, totalMs: 1, node: NODE };
}

/** A signal that never aborts. */
const never = () => new AbortController().signal;

/** What every queue has to do, whatever it is made of. `create` makes an empty one. */
export function describeQueue(name: string, create: (options: { readonly capacity: number }) => Promise<Queue>): void {
  describe(`${name}: what every queue does`, () => {
    const open: Queue[] = [];
    async function createQueue(capacity = 10): Promise<Queue> {
      const queue = await create({ capacity });
      open.push(queue);
      return queue;
    }
    afterEach(async () => {
      await Promise.all(open.splice(0).map((queue) => queue.close()));
    });

    /** Submits a job whose failure, if any, is seen by whoever awaits it. */
    function submit(queue: Queue, label: string, signal = never()): Promise<ExecutionResult> {
      const result = queue.submit(sampleExecution(label), { signal });
      result.catch(() => undefined);
      return result;
    }

    async function takeAndAck(queue: Queue): Promise<string> {
      const lease = await queue.take({ signal: never() });
      await lease.ack(sampleResult(lease.job.execution));
      return labelOf(lease.job.execution);
    }

    test("the oldest job is taken first", async () => {
      const queue = await createQueue();
      const results = ["a", "b", "c"].map((label) => submit(queue, label));
      expect(queue.depth()).toBe(3);
      expect([await takeAndAck(queue), await takeAndAck(queue), await takeAndAck(queue)]).toEqual(["a", "b", "c"]);
      expect((await Promise.all(results)).map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
      expect(queue.depth()).toBe(0);
    });

    test("a submitter gets the result of its own job", async () => {
      const queue = await createQueue();
      const first = sampleExecution();
      const second = sampleExecution();
      const results = [first, second].map((execution) => queue.submit(execution, { signal: never() }));
      const leases = [await queue.take({ signal: never() }), await queue.take({ signal: never() })];
      for (const lease of leases.reverse()) await lease.ack(sampleResult(lease.job.execution));
      expect((await Promise.all(results)).map(({ id }) => id)).toEqual([first.id, second.id]);
    });

    test("a job says who submitted it", async () => {
      const queue = await createQueue();
      const submitter = { client: "ci", address: "127.0.0.1" };
      const result = queue.submit(sampleExecution(), { signal: never(), submitter });
      const lease = await queue.take({ signal: never() });
      expect(lease.job.submitter).toEqual(submitter);
      await lease.ack(sampleResult(lease.job.execution));
      await result;
    });

    test("it knows how long the oldest job has waited", async () => {
      const queue = await createQueue();
      expect(queue.oldestMs()).toBe(0);
      void submit(queue, "a");
      await delay(20);
      void submit(queue, "b");
      const [lease, waitedMs] = [await queue.take({ signal: never() }), queue.oldestMs()];
      expect(waitedMs).toBeLessThan(20);
      await lease.handBack();
      expect(queue.oldestMs()).toBeGreaterThanOrEqual(20);
    });

    test("a take waits for a job", async () => {
      const queue = await createQueue();
      const taken = takeAndAck(queue);
      const result = submit(queue, "late");
      expect(await taken).toBe("late");
      expect((await result).status).toBe("ok");
    });

    test("a full queue refuses and says when to try again", async () => {
      const queue = await createQueue(2);
      void submit(queue, "a");
      void submit(queue, "b");
      const refusal = await submit(queue, "c").catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(EngineError);
      expect(refusal).toMatchObject({ code: "queue_full" });
      expect((refusal as EngineError).retryAfterSeconds).toBeGreaterThanOrEqual(1);
      expect(await takeAndAck(queue)).toBe("a");
      const accepted = submit(queue, "d");
      expect(await takeAndAck(queue)).toBe("b");
      expect(await takeAndAck(queue)).toBe("d");
      expect((await accepted).status).toBe("ok");
    });

    test("a job that was cancelled while it waited never runs", async () => {
      const queue = await createQueue();
      const hangUp = new AbortController();
      void submit(queue, "a");
      const cancelled = submit(queue, "b", hangUp.signal);
      void submit(queue, "c");
      hangUp.abort(new Error("gone"));
      await expect(cancelled).rejects.toThrow("gone");
      expect([await takeAndAck(queue), await takeAndAck(queue)]).toEqual(["a", "c"]);
    });

    test("cancelling a job that was taken tells its worker", async () => {
      const queue = await createQueue();
      const hangUp = new AbortController();
      const cancelled = submit(queue, "a", hangUp.signal);
      const lease = await queue.take({ signal: never() });
      expect(lease.cancelled.aborted).toBe(false);
      hangUp.abort(new Error("gone"));
      expect(lease.cancelled.aborted).toBe(true);
      await lease.ack({ ...sampleResult(lease.job.execution), status: "cancelled" });
      expect((await cancelled).status).toBe("cancelled");
    });

    test("a job that was handed back is the next to be taken", async () => {
      const queue = await createQueue();
      const results = ["a", "b", "c"].map((label) => submit(queue, label));
      const first = await queue.take({ signal: never() });
      const second = await queue.take({ signal: never() });
      await second.handBack();
      await first.handBack();
      expect([await takeAndAck(queue), await takeAndAck(queue), await takeAndAck(queue)]).toEqual(["a", "b", "c"]);
      await Promise.all(results);
    });

    test("a job that was handed back and cancelled does not come again", async () => {
      const queue = await createQueue();
      const hangUp = new AbortController();
      const cancelled = submit(queue, "a", hangUp.signal);
      const lease = await queue.take({ signal: never() });
      hangUp.abort(new Error("gone"));
      await lease.handBack();
      await expect(cancelled).rejects.toThrow("gone");
      void submit(queue, "b");
      expect(await takeAndAck(queue)).toBe("b");
    });

    test("a lease ends once", async () => {
      const queue = await createQueue();
      void submit(queue, "a");
      const lease = await queue.take({ signal: never() });
      await lease.ack(sampleResult(lease.job.execution));
      await expect(lease.ack(sampleResult(lease.job.execution))).rejects.toThrow("already ended");
      await expect(lease.handBack()).rejects.toThrow("already ended");
    });

    test("a take that is stopped rejects with the reason, and no job is lost to it", async () => {
      const queue = await createQueue();
      const stop = new AbortController();
      const taken = queue.take({ signal: stop.signal });
      stop.abort(new Error("draining"));
      await expect(taken).rejects.toThrow("draining");
      await expect(queue.take({ signal: stop.signal })).rejects.toThrow("draining");
      void submit(queue, "a");
      expect(await takeAndAck(queue)).toBe("a");
    });

    test("a submit whose client is already gone queues nothing", async () => {
      const queue = await createQueue();
      await expect(submit(queue, "a", AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
      expect(queue.depth()).toBe(0);
    });

    test("closing refuses what waits and what comes; a job that was taken still ends", async () => {
      const queue = await createQueue();
      const running = submit(queue, "running");
      const lease = await queue.take({ signal: never() });
      const waiting = submit(queue, "waiting");
      await queue.close();
      await expect(waiting).rejects.toMatchObject({ code: "no_worker" });
      await expect(submit(queue, "late")).rejects.toMatchObject({ code: "no_worker" });
      await expect(queue.take({ signal: never() })).rejects.toMatchObject({ code: "no_worker" });
      await lease.ack(sampleResult(lease.job.execution));
      expect((await running).status).toBe("ok");
    });

    test("closing ends takes that wait", async () => {
      const queue = await createQueue();
      const taken = queue.take({ signal: never() });
      const rejection = expect(taken).rejects.toMatchObject({ code: "no_worker" });
      await queue.close();
      await rejection;
    });

    test("a job handed back to a closed queue fails for its submitter", async () => {
      const queue = await createQueue();
      const result = submit(queue, "a");
      const lease = await queue.take({ signal: never() });
      await queue.close();
      await lease.handBack();
      await expect(result).rejects.toMatchObject({ code: "no_worker" });
    });
  });
}
