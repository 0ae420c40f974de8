import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { executionId, type NodeId } from "../domain/ids.ts";
import { BEGINNING } from "./event-log.ts";
import { createEventLogs } from "./event-logs.ts";

const NODE = "node_1" as NodeId;
const first = executionId(randomUUID());
const second = executionId(randomUUID());
const third = executionId(randomUUID());

let ends: Map<string | undefined, () => void>;
const whenDone = (id: string) => new Promise<void>((resolve) => ends.set(id, resolve));

beforeEach(() => {
  vi.useFakeTimers();
  ends = new Map();
});

afterEach(() => vi.useRealTimers());

async function end(id: string | undefined): Promise<void> {
  ends.get(id)?.();
  await vi.advanceTimersByTimeAsync(0);
}

describe("the logs of a process", () => {
  it("hear only of executions that somebody may follow", () => {
    const logs = createEventLogs({ whenDone });
    expect(logs.progressOf(first, NODE)).toBeNull();
    logs.open(first);
    logs.progressOf(first, NODE)?.started();
    expect(logs.find(first)?.read({ entry: 1, byte: 0 })?.event).toEqual({ kind: "started", node: NODE });
    expect(logs.find(second)).toBeUndefined();
  });

  it("keep one for a minute after its end", async () => {
    const logs = createEventLogs({ whenDone });
    logs.open(first);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(logs.find(first)).toBeDefined();
    await end(first);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(logs.find(first)).toBeDefined();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(logs.find(first)).toBeUndefined();
  });

  it("forget the earliest that has ended when there is no room, and never one that runs", async () => {
    const logs = createEventLogs({ whenDone, allLogsBytes: 2_000 });
    const print = (id: typeof first, bytes: number) =>
      logs.progressOf(id, NODE)?.printed("stdout", Buffer.alloc(bytes, "x"));
    const hasOutput = (id: typeof first) => logs.find(id)?.read({ entry: 1, byte: 0 }) !== null;
    for (const id of [first, second, third]) logs.open(id);
    print(first, 600);
    print(second, 600);
    await end(first);
    print(third, 600);
    expect(logs.find(first)).toBeUndefined();
    expect([hasOutput(second), hasOutput(third)]).toEqual([true, true]);
    print(third, 600);
    expect(logs.find(second)?.read(BEGINNING)).not.toBeNull();
    expect(logs.find(third)?.has({ entry: 1, byte: 601 })).toBe(false);
  });

  it("bound the output of each", () => {
    const logs = createEventLogs({ whenDone, oneLogBytes: 1_000 });
    logs.open(first);
    logs.progressOf(first, NODE)?.printed("stdout", Buffer.alloc(1_001));
    expect(logs.find(first)?.read({ entry: 1, byte: 0 })).toBeNull();
  });
});
