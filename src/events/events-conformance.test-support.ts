import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ExecutionId, executionId } from "../domain/ids.ts";
import type { Progress } from "../domain/progress.ts";
import { SAMPLE_NODE, SAMPLE_RUN } from "../domain/sample-execution.test-support.ts";
import { toRunResponse } from "../protocol/to-response.ts";
import type { EventReader, Events, ReadUpTo, Told } from "./events.ts";

/** Events of one execution after another, in the hands of those who accept, run and follow them. */
export interface EventsUnderTest {
  /** Of who accepts and follows. */
  readonly events: Pick<Events, "open" | "follow">;
  /** Somebody runs it from then on. @param over settles when that is over. */
  begin(id: ExecutionId, over: Promise<unknown>): Promise<Progress>;
  close(): Promise<void>;
}

const PATIENCE_MS = 10_000;
const NOT_AT_ALL = AbortSignal.abort();

/** What all events have to do, wherever the log is. */
export function describeEvents(name: string, create: () => Promise<EventsUnderTest>): void {
  describe(`events: ${name}`, () => {
    let tested: EventsUnderTest;
    let id: ExecutionId;
    let progress: Progress;
    let over: PromiseWithResolvers<void>;
    let reader: EventReader;

    beforeEach(async () => {
      tested = await create();
      id = executionId(randomUUID());
      over = Promise.withResolvers();
      tested.events.open(id);
      reader = tested.events.follow(id);
    });
    afterEach(() => tested.close());

    async function begin(): Promise<void> {
      progress = await tested.begin(id, over.promise);
      progress.started();
    }

    const next = (after: ReadUpTo | null) => reader.next(after, AbortSignal.timeout(PATIENCE_MS));
    const print = (text: string) => progress.printed("stdout", Buffer.from(text));

    /** All that is there, without waiting for more. */
    async function readAll(after: ReadUpTo | null = null, from = reader): Promise<Told[]> {
      const told = await from.next(after, NOT_AT_ALL);
      return told === null ? [] : [told, ...(await readAll(told.upTo, from))];
    }
    const textOf = ({ event }: Told) =>
      "bytes" in event ? `${event.kind} ${Buffer.from(event.bytes).toString()}` : event.kind;
    const read = async (after?: ReadUpTo | null, from?: EventReader) => (await readAll(after, from)).map(textOf);

    test("each is told when it happens, with what belongs to it", async () => {
      const queued = await next(null);
      expect(queued?.event).toEqual({ kind: "queued" });
      const waiting = next(queued?.upTo ?? null);
      await begin();
      const started = await waiting;
      expect(started?.event).toEqual({ kind: "started", node: SAMPLE_NODE });
      const compiling = next(started?.upTo ?? null);
      progress.compiled(SAMPLE_RUN);
      const compiled = await compiling;
      const result = compiled?.event.kind === "compile" ? compiled.event.result : null;
      expect(result && toRunResponse(result)).toEqual(toRunResponse(SAMPLE_RUN));
      const printing = next(compiled?.upTo ?? null);
      progress.printed("stderr", Buffer.from([0xff, 0x0a]));
      expect((await printing)?.event).toEqual({ kind: "stderr", bytes: Buffer.from([0xff, 0x0a]) });
    });

    test("whoever comes late is told everything, and whoever comes back what has come since", async () => {
      await begin();
      print("ab");
      const had = await readAll();
      expect(had.map(textOf)).toEqual(["queued", "started", "stdout ab"]);
      print("é");
      progress.printed("stderr", Buffer.from("!"));
      expect(await read(had.at(-1)?.upTo)).toEqual(["stdout é", "stderr !"]);
      expect(await read(null, tested.events.follow(id))).toEqual(["queued", "started", "stdout abé", "stderr !"]);
    });

    test("long output comes in parts, all of it", async () => {
      await begin();
      const text = "0123456789é".repeat(20_000);
      print(text);
      const parts = (await readAll()).flatMap(({ event }) => ("bytes" in event ? [event.bytes] : []));
      expect(parts.length).toBeGreaterThan(2);
      expect(Buffer.concat(parts).toString()).toBe(text);
    });

    test("what a reader had of a log that is gone does not count", async () => {
      await begin();
      expect(await read({ key: "123", entry: 1, byte: 7 })).toContain("started");
    });

    test("nobody waits longer than wanted, and what is there is told all the same", async () => {
      await begin();
      const upTo = (await readAll()).at(-1)?.upTo ?? null;
      const giveUp = new AbortController();
      const waiting = reader.next(upTo, giveUp.signal);
      giveUp.abort();
      expect(await waiting).toBeNull();
      print("a");
      expect(await read(upTo)).toEqual(["stdout a"]);
    });

    test("what is over can be read for a while, and may begin again", async () => {
      await begin();
      print("half");
      over.resolve();
      expect(await read()).toEqual(["queued", "started", "stdout half"]);
      const upTo = (await readAll()).at(-1)?.upTo ?? null;
      over = Promise.withResolvers();
      await begin();
      expect(textOf((await next(upTo)) as Told)).toBe("started");
    });
  });
}
