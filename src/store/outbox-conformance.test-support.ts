import { afterEach, describe, expect, test } from "vitest";
import type { Execution } from "../domain/execution.ts";
import { SAMPLE_NODE, sampleExecution, sampleResult } from "../domain/sample-execution.test-support.ts";
import type { Delivery, Outbox } from "./outbox.ts";
import type { Store } from "./store.ts";
import { acceptanceOf } from "./store-conformance.test-support.ts";

/** A store, and the outboxes of all processes that deliver from it: one at least. */
export interface OutboxUnderTest {
  readonly store: Store;
  readonly outboxes: readonly [Outbox, ...Outbox[]];
  /** Lets time go by, as outboxes see it. */
  skip(ms: number): void;
  close(): Promise<void>;
}

const LEASE_MS = 30_000;
const SECRET = "0123456789abcdef";

/** What every outbox has to do, whatever it is made of. `create` makes an empty one. */
export function describeOutbox(name: string, create: () => Promise<OutboxUnderTest>): void {
  let open: OutboxUnderTest | undefined;
  afterEach(async () => {
    await open?.close();
    open = undefined;
  });

  async function setUp() {
    open = await create();
    const { store, outboxes } = open;

    async function accept(url: string): Promise<Execution> {
      const execution = sampleExecution();
      await store.accept(acceptanceOf(execution, { webhook: { url, secret: SECRET } }));
      return execution;
    }

    async function end(execution: Execution): Promise<void> {
      const start = await store.start(acceptanceOf(execution), SAMPLE_NODE);
      if (start.kind === "run") await store.complete(execution.id, start.attempt, sampleResult(execution));
    }

    /** Takes what is due, in whichever process. */
    async function takeNow(exceptOrigins: readonly string[] = []): Promise<Delivery[]> {
      const taken = outboxes.map((outbox) => outbox.take({ most: 10, leaseMs: LEASE_MS, exceptOrigins }));
      return (await Promise.all(taken)).flat();
    }

    /** Takes what is due soon. */
    async function take(count: number): Promise<Delivery[]> {
      const taken: Delivery[] = [];
      await expect.poll(async () => taken.push(...(await takeNow())), { timeout: 10_000 }).toBe(count);
      return taken;
    }
    return { ...open, accept, end, take, takeNow };
  }

  describe(`${name}: a delivery`, () => {
    test("is due from the end of its execution on, and is then whose who takes it", async () => {
      const { accept, end, take, takeNow } = await setUp();
      const execution = await accept("https://a.example/hook");
      expect(await takeNow()).toEqual([]);
      await end(execution);
      expect(await take(1)).toEqual([
        {
          id: execution.id,
          webhook: { url: "https://a.example/hook", secret: SECRET },
          result: sampleResult(execution),
          attempt: 1,
        },
      ]);
      expect(await takeNow()).toEqual([]);
    });

    test("is due again when nothing is heard of it: whoever took it has ended", async () => {
      const { accept, end, take, skip } = await setUp();
      const execution = await accept("https://a.example/hook");
      await end(execution);
      for (const attempt of [1, 2, 3]) {
        expect(await take(1)).toMatchObject([{ id: execution.id, attempt }]);
        skip(LEASE_MS + 1);
      }
    });

    test("is due again after a while when it is postponed, and not before", async () => {
      const { accept, end, take, takeNow, outboxes, skip } = await setUp();
      const execution = await accept("https://a.example/hook");
      await end(execution);
      await take(1);
      await postponeWhereTaken(outboxes, execution, 60_000);
      skip(59_000);
      expect(await takeNow()).toEqual([]);
      skip(1_001);
      expect(await take(1)).toMatchObject([{ attempt: 2 }]);
    });

    test("is nobody's any more when it is removed", async () => {
      const { accept, end, take, takeNow, outboxes, skip } = await setUp();
      const execution = await accept("https://a.example/hook");
      await end(execution);
      await take(1);
      for (const outbox of outboxes) await outbox.remove(execution.id);
      await expect.poll(() => outboxes.map((outbox) => outbox.size())).toEqual(outboxes.map(() => 0));
      skip(LEASE_MS + 1);
      expect(await takeNow()).toEqual([]);
    });

    test("to a receiver that is busy is left where it is, and holds up no other", async () => {
      const { accept, end, take, takeNow } = await setUp();
      const [busy, other] = [await accept("https://busy.example:8443/hook"), await accept("https://a.example/")];
      await end(busy);
      await end(other);
      const taken: Delivery[] = [];
      await expect
        .poll(async () => taken.push(...(await takeNow(["https://busy.example:8443"]))), { timeout: 10_000 })
        .toBe(1);
      expect(taken).toMatchObject([{ id: other.id }]);
      expect(await take(1)).toMatchObject([{ id: busy.id }]);
    });

    test("of an execution that was withdrawn is none", async () => {
      const { store, accept, takeNow, outboxes } = await setUp();
      const { id } = await accept("https://a.example/hook");
      await store.withdraw(id);
      expect(await takeNow()).toEqual([]);
      await expect.poll(() => outboxes.map((outbox) => outbox.size())).toEqual(outboxes.map(() => 0));
    });
  });
}

/** A process that has not taken it says nothing of it, so all of them are told: the last word counts. */
async function postponeWhereTaken(outboxes: readonly Outbox[], { id }: Execution, ms: number): Promise<void> {
  for (const outbox of outboxes) await outbox.postpone(id, ms);
}
