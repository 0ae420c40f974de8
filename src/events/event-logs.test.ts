import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { executionId } from "../domain/ids.ts";
import { BEGINNING } from "./event-log.ts";
import { createEventLogs, type EventLogs } from "./event-logs.ts";

const first = executionId(randomUUID());
const second = executionId(randomUUID());
const third = executionId(randomUUID());

let ends: Map<string, () => void>;

beforeEach(() => {
  vi.useFakeTimers();
  ends = new Map();
});
afterEach(() => vi.useRealTimers());

function open(logs: EventLogs, id: typeof first) {
  const { promise, resolve } = Promise.withResolvers<void>();
  ends.set(id, resolve);
  return logs.open(id, promise);
}

async function end(id: string): Promise<void> {
  ends.get(id)?.();
  await vi.advanceTimersByTimeAsync(0);
}

describe("the logs of a process", () => {
  it("keep one for a minute after its end", async () => {
    const logs = createEventLogs();
    const log = open(logs, first);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect([logs.find(first), logs.isOpen(first)]).toEqual([log, true]);
    await end(first);
    await vi.advanceTimersByTimeAsync(59_000);
    expect([logs.find(first), logs.isOpen(first)]).toEqual([log, false]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(logs.find(first)).toBeUndefined();
  });

  it("go on with one that begins again, and know of the earlier end no more", async () => {
    const logs = createEventLogs();
    const log = open(logs, first);
    const endEarlier = ends.get(first);
    expect(open(logs, first)).toBe(log);
    endEarlier?.();
    await vi.advanceTimersByTimeAsync(3_600_000);
    await end(first);
    expect(open(logs, first)).toBe(log);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect([logs.find(first), logs.isOpen(first)]).toEqual([log, true]);
  });

  it("forget the earliest that has ended when there is no room, and never one that runs", async () => {
    const logs = createEventLogs({ allLogsBytes: 2_000 });
    const [one, two, three] = [first, second, third].map((id) => open(logs, id));
    const bytes = Buffer.alloc(600, "x");
    one?.add({ kind: "stdout", bytes });
    two?.add({ kind: "stdout", bytes });
    await end(first);
    three?.add({ kind: "stdout", bytes });
    expect(logs.find(first)).toBeUndefined();
    expect([two, three].map((log) => log?.read(BEGINNING) !== null)).toEqual([true, true]);
    three?.add({ kind: "stdout", bytes });
    expect(logs.find(second)).toBe(two);
    expect(three?.has({ entry: 0, byte: 601 })).toBe(false);
  });

  it("bound the output of each", () => {
    const log = open(createEventLogs({ oneLogBytes: 1_000 }), first);
    log.add({ kind: "stdout", bytes: Buffer.alloc(1_001) });
    expect(log.read(BEGINNING)).toBeNull();
  });
});
