import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../domain/clock.ts";
import type { Execution, ExecutionResult } from "../domain/execution.ts";
import { MOST_STARTS } from "../domain/execution-state.ts";
import { SAMPLE_NODE, sampleExecution, sampleResult } from "../domain/sample-execution.test-support.ts";
import type { Acceptance, Store, UnfinishedExecution } from "./store.ts";

const SUBMITTER = { client: "ci", address: "127.0.0.1" };

/** A signal that never aborts. */
const never = () => new AbortController().signal;

export function acceptanceOf(execution: Execution, changes: Partial<Acceptance> = {}): Acceptance {
  const acceptedAtMs = systemClock.nowMs();
  return { execution, submitter: SUBMITTER, acceptedAtMs, isKept: true, idempotency: null, webhook: null, ...changes };
}

/** Starts an execution that is to run. @returns the attempt. */
async function startOne(store: Store, execution: Execution): Promise<number> {
  const start = await store.start(acceptanceOf(execution), SAMPLE_NODE);
  if (start.kind !== "run") throw new Error(`it is not to be run: ${start.kind}`);
  return start.attempt;
}

async function stateOf(store: Store, { id }: Execution) {
  const record = await store.find(id);
  return record === "expired" ? record : record?.state;
}

/** What every store has to do, whatever it is made of. `create` makes an empty one. */
export function describeStore(name: string, create: () => Promise<Store>): void {
  const open: Store[] = [];
  async function createStore(): Promise<Store> {
    const store = await create();
    open.push(store);
    return store;
  }
  afterEach(async () => {
    await Promise.all(open.splice(0).map((store) => store.close()));
  });

  describe.each([{ isKept: true }, { isKept: false }])(`${name}: an execution, $isKept`, ({ isKept }) => {
    async function setUp() {
      const store = await createStore();
      const execution = sampleExecution();
      expect(await store.accept(acceptanceOf(execution, { isKept }))).toEqual({ kind: "new" });
      const done = store.whenDone(execution.id, { signal: never() });
      done.catch(() => undefined);
      return { store, execution, done, id: execution.id };
    }

    test("is queued, runs, and has its result", async () => {
      const { store, execution, done, id } = await setUp();
      const { language, version } = execution;
      expect(await store.find(id)).toMatchObject({
        id,
        language,
        version,
        submitter: SUBMITTER,
        state: { kind: "queued", starts: 0 },
      });
      const attempt = await startOne(store, execution);
      expect(await store.find(id)).toMatchObject({ state: { kind: "running", attempt: 1, node: SAMPLE_NODE } });
      expect(await store.complete(id, attempt, sampleResult(execution))).toBe(true);
      expect(await done).toEqual(sampleResult(execution));
    });

    test("has one result: the first", async () => {
      const { store, execution, done, id } = await setUp();
      const attempt = await startOne(store, execution);
      expect(await store.complete(id, attempt, sampleResult(execution))).toBe(true);
      expect(await store.complete(id, attempt, { ...sampleResult(execution), status: "runtime_error" })).toBe(false);
      expect(await store.start(acceptanceOf(execution), SAMPLE_NODE)).toEqual({ kind: "done" });
      expect((await done).status).toBe("ok");
    });

    test("has the result of its latest start alone", async () => {
      const { store, execution, done, id } = await setUp();
      const first = await startOne(store, execution);
      const second = await startOne(store, execution);
      expect(await store.complete(id, first, { ...sampleResult(execution), status: "runtime_error" })).toBe(false);
      await store.handBack(id, first);
      expect(await store.complete(id, second, sampleResult(execution))).toBe(true);
      expect((await done).status).toBe("ok");
    });

    test("that ends its worker three times is an internal error", async () => {
      const { store, execution, done, id } = await setUp();
      for (let count = 1; count <= MOST_STARTS; count += 1) expect(await startOne(store, execution)).toBe(count);
      expect(await store.start(acceptanceOf(execution), SAMPLE_NODE)).toMatchObject({
        kind: "ended",
        result: { id, status: "internal_error", run: null, node: null },
      });
      expect(await done).toMatchObject({ status: "internal_error" });
      const dead = await Array.fromAsync(store.dead());
      if (isKept) expect(dead.at(-1)).toMatchObject({ execution: { id, args: [] }, submitter: SUBMITTER });
      expect(await store.start(acceptanceOf(execution), SAMPLE_NODE)).toEqual({ kind: "done" });
    });

    test("may be handed back any number of times", async () => {
      const { store, execution, done, id } = await setUp();
      for (let count = 0; count <= MOST_STARTS; count += 1) {
        const attempt = await startOne(store, execution);
        expect(attempt).toBe(1);
        await store.handBack(id, attempt);
        expect(await store.find(id)).toMatchObject({ state: { kind: "queued", starts: 0 } });
      }
      expect(await store.complete(id, 1, sampleResult(execution))).toBe(false);
      await store.complete(id, await startOne(store, execution), sampleResult(execution));
      expect((await done).status).toBe("ok");
    });

    test("that is cancelled while it is queued never starts", async () => {
      const { store, execution, done, id } = await setUp();
      expect(await store.cancel(id)).toBe("queued");
      expect(await done).toMatchObject({ id, status: "cancelled", run: null, node: null });
      expect(await store.start(acceptanceOf(execution), SAMPLE_NODE)).toEqual({ kind: "done" });
    });

    test("that is cancelled while it runs has the result that its worker gives it", async () => {
      const { store, execution, done, id } = await setUp();
      const attempt = await startOne(store, execution);
      expect(await store.cancel(id)).toBe("running");
      await store.complete(id, attempt, { ...sampleResult(execution), status: "cancelled" });
      expect(await done).toMatchObject({ status: "cancelled", node: SAMPLE_NODE });
    });

    test("that is cancelled while it runs is not started again, when its worker ends and when it hands it back", async () => {
      const ended = await setUp();
      await startOne(ended.store, ended.execution);
      await ended.store.cancel(ended.id);
      expect(await ended.store.start(acceptanceOf(ended.execution), SAMPLE_NODE)).toMatchObject({
        kind: "ended",
        result: { status: "cancelled" },
      });
      expect(await ended.done).toMatchObject({ status: "cancelled" });

      const handedBack = await setUp();
      const attempt = await startOne(handedBack.store, handedBack.execution);
      await handedBack.store.cancel(handedBack.id);
      await handedBack.store.handBack(handedBack.id, attempt);
      expect(await handedBack.done).toMatchObject({ status: "cancelled" });
    });

    test("that is withdrawn is unknown, and who waited is told", async () => {
      const { store, execution, done, id } = await setUp();
      await store.withdraw(id);
      await expect(done).rejects.toMatchObject({ code: "not_found" });
      expect(await store.find(id)).toBeUndefined();
      expect(await store.start(acceptanceOf(execution), SAMPLE_NODE)).toEqual({ kind: "done" });
    });

    test("does not hold those who no longer wait", async () => {
      const { store, execution, done, id } = await setUp();
      const stop = new AbortController();
      const waiting = store.whenDone(id, { signal: stop.signal });
      stop.abort(new Error("enough"));
      await expect(waiting).rejects.toThrow("enough");
      await expect(store.whenDone(id, { signal: stop.signal })).rejects.toThrow("enough");
      await store.complete(id, await startOne(store, execution), sampleResult(execution));
      await done;
    });

    test("is told to nobody any more once the store is closed", async () => {
      const { store, done, id } = await setUp();
      await store.close();
      await expect(done).rejects.toMatchObject({ code: "no_worker" });
      await expect(store.whenDone(id, { signal: never() })).rejects.toMatchObject({ code: "no_worker" });
      await expect(store.accept(acceptanceOf(sampleExecution()))).rejects.toMatchObject({ code: "no_worker" });
    });
  });

  test(`${name}: what nobody accepted is unknown`, async () => {
    const store = await createStore();
    const { id } = sampleExecution();
    expect(await store.find(id)).toBeUndefined();
    expect(await store.cancel(id)).toBeUndefined();
    expect(await store.complete(id, 1, sampleResult(sampleExecution()))).toBe(false);
    await store.handBack(id, 1);
    await expect(store.whenDone(id, { signal: never() })).rejects.toMatchObject({ code: "not_found" });
  });

  describe(`${name}: an idempotency key`, () => {
    test("is the same for a request that comes again, and no other may use its key", async () => {
      const store = await createStore();
      const first = sampleExecution();
      const accept = (scope: string, key: string, fingerprint: string, execution = sampleExecution()) =>
        store.accept(acceptanceOf(execution, { idempotency: { scope, key, fingerprint } }));
      expect(await accept("key ci", "1", "f", first)).toEqual({ kind: "new" });
      expect(await accept("key ci", "1", "f")).toEqual({ kind: "same", id: first.id });
      expect(await accept("key ci", "1", "g")).toEqual({ kind: "conflict" });
      expect(await accept("key ci", "2", "f")).toEqual({ kind: "new" });
      expect(await accept("key other", "1", "g")).toEqual({ kind: "new" });
      await store.complete(first.id, await startOne(store, first), sampleResult(first));
      expect(await accept("key ci", "1", "f")).toEqual({ kind: "same", id: first.id });
      await store.withdraw(first.id);
      expect(await accept("key ci", "1", "g")).toEqual({ kind: "new" });
    });

    test("of many at once with one key one is accepted", async () => {
      const store = await createStore();
      const idempotency = { scope: "key ci", key: "1", fingerprint: "f" };
      const all = Array.from({ length: 10 }, () => store.accept(acceptanceOf(sampleExecution(), { idempotency })));
      const kinds = (await Promise.all(all)).map(({ kind }) => kind);
      expect(kinds.toSorted()).toEqual(["new", ...Array<string>(9).fill("same")]);
    });
  });

  type Step = "start" | "complete" | "handBack" | "cancel";
  const steps = fc.array(
    fc.record({
      step: fc.constantFrom<Step>("start", "start", "complete", "handBack", "cancel"),
      which: fc.nat({ max: 2 }),
      attempt: fc.integer({ min: 1, max: MOST_STARTS }),
    }),
    { maxLength: 25 },
  );

  test(`${name}: law: one visible result, the same for all, whatever workers do and whenever they end`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (script, isKept) => {
        const store = await createStore();
        const executions = [sampleExecution(), sampleExecution(), sampleExecution()];
        for (const execution of executions) await store.accept(acceptanceOf(execution, { isKept }));
        const heard = executions.map(({ id }) => [0, 1].map(() => store.whenDone(id, { signal: never() })));
        const told = new Map<string, ExecutionResult[]>(executions.map(({ id }) => [id, []]));
        let number = 0;

        for (const { step, which, attempt } of script) {
          const execution = executions[which] as Execution;
          const { id } = execution;
          if (step === "start") {
            const start = await store.start(acceptanceOf(execution), SAMPLE_NODE);
            if (start.kind === "ended") told.get(id)?.push(start.result);
          } else if (step === "complete") {
            number += 1;
            const result = { ...sampleResult(execution), totalMs: number };
            if (await store.complete(id, attempt, result)) told.get(id)?.push(result);
          } else if (step === "handBack") {
            await store.handBack(id, attempt);
          } else {
            await store.cancel(id);
          }
        }
        for (const execution of executions) {
          const start = await store.start(acceptanceOf(execution), SAMPLE_NODE);
          if (start.kind === "run") await store.complete(execution.id, start.attempt, sampleResult(execution));
        }
        for (const [index, { id }] of executions.entries()) {
          const results = await Promise.all(heard[index] ?? []);
          expect(results[0]).toEqual(results[1]);
          expect(told.get(id)?.length).toBeLessThanOrEqual(1);
          for (const result of told.get(id) ?? []) expect(results[0]).toEqual(result);
        }
      }),
      { numRuns: 50 },
    );
  });
}

/** A store, and what becomes of it when its process dies and another one starts. */
export interface StoreUnderTest {
  readonly store: Store;
  readonly reopen: () => Promise<Store>;
}

/**
 * What every store has to do with executions that are kept.
 * @param create makes an empty store that keeps results for `keepMs`.
 */
export function describeKeeping(
  name: string,
  create: (options: { readonly keepMs: number }) => Promise<StoreUnderTest>,
): void {
  describe(`${name}: an execution that is kept`, () => {
    test("is found with its result, for as long as results are kept, and is known to have been afterwards", async () => {
      const { store } = await create({ keepMs: 500 });
      const execution = sampleExecution();
      const { id } = execution;
      await store.accept(acceptanceOf(execution));
      await store.complete(id, await startOne(store, execution), sampleResult(execution));
      expect(await store.find(id)).toMatchObject({ state: { kind: "done", result: { id, status: "ok" } } });
      expect(await store.whenDone(id, { signal: never() })).toEqual(sampleResult(execution));
      expect(await store.cancel(id)).toBe("done");
      await expect.poll(() => store.find(id), { timeout: 5_000 }).toBe("expired");
      await expect(store.whenDone(id, { signal: never() })).rejects.toMatchObject({ code: "expired" });
      expect(await store.start(acceptanceOf(execution), SAMPLE_NODE)).toEqual({ kind: "done" });
    });

    test("survives the death of its process in every state", async () => {
      const { store, reopen } = await create({ keepMs: 3_600_000 });
      const [queued, running, done, waited] = [1, 2, 3, 4].map((n) => sampleExecution(String(n), { args: ["é"] })) as [
        Execution,
        Execution,
        Execution,
        Execution,
      ];
      const acceptances = [queued, running, done].map((execution) => acceptanceOf(execution));
      for (const acceptance of acceptances) await store.accept(acceptance);
      await store.accept(acceptanceOf(waited, { isKept: false }));
      await startOne(store, running);
      await store.complete(done.id, await startOne(store, done), sampleResult(done));

      const reopened = await reopen();
      expect(await stateOf(reopened, queued)).toEqual({ kind: "queued", starts: 0 });
      expect(await stateOf(reopened, running)).toMatchObject({ kind: "running", attempt: 1 });
      expect(await stateOf(reopened, done)).toEqual({ kind: "done", result: sampleResult(done) });

      const unfinished = await Array.fromAsync(reopened.unfinished());
      const kept = unfinished.filter(({ execution }) => execution.id !== waited.id);
      const plain = ({ execution, submitter, acceptedAtMs }: UnfinishedExecution) => {
        const files = execution.files.map(({ path, content }) => ({ path, content: [...content] }));
        return { execution: { ...execution, files, stdin: [...execution.stdin] }, submitter, acceptedAtMs };
      };
      expect(kept.map(plain)).toEqual(acceptances.slice(0, 2).map(plain));
      expect(await startOne(reopened, running)).toBe(2);
    });
  });
}
