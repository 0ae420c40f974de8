import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NodeId } from "../domain/ids.ts";
import { BEGINNING, createEventLog, type EventLog, type ExecutionEvent, type Position } from "./event-log.ts";

const NODE = "node_1" as NodeId;
const MANY = Number.POSITIVE_INFINITY;

function logOf(most = MANY): EventLog {
  let left = most;
  return createEventLog((bytes) => {
    if (bytes > left) return false;
    left -= bytes;
    return true;
  });
}

function print(log: EventLog, kind: "stdout" | "stderr", bytes: string | Uint8Array): void {
  log.add({ kind, bytes: Buffer.from(bytes) });
}

function readAll(log: EventLog, from: Position = BEGINNING): { event: ExecutionEvent; next: Position }[] {
  const read = log.read(from);
  return read === null ? [] : [read, ...readAll(log, read.next)];
}

/** Kinds and texts, in order. */
function told(log: EventLog, from?: Position): string[] {
  return readAll(log, from).map(({ event }) =>
    "bytes" in event ? `${event.kind} ${Buffer.from(event.bytes).toString("latin1")}` : event.kind,
  );
}

describe("the log of an execution", () => {
  it("tells everything in order, and what one stream printed in one piece", () => {
    const log = logOf();
    log.add({ kind: "queued" });
    log.add({ kind: "started", node: NODE });
    for (const text of ["a", "b"]) print(log, "stdout", text);
    print(log, "stderr", "c");
    print(log, "stdout", "d");
    expect(told(log)).toEqual(["queued", "started", "stdout ab", "stderr c", "stdout d"]);
  });

  it("tells a reader who has had all of an output what is added to it", () => {
    const log = logOf();
    print(log, "stdout", "a");
    const position = readAll(log).at(-1)?.next ?? BEGINNING;
    expect(log.read(position)).toBeNull();
    print(log, "stdout", "b");
    print(log, "stderr", "c");
    expect(told(log, position)).toEqual(["stdout b", "stderr c"]);
  });

  it("loses, repeats and cuts nothing, however it is written and wherever it is read on", () => {
    const writes = fc.array(fc.tuple(fc.constantFrom("stdout", "stderr"), fc.nat({ max: 60 })), { maxLength: 20 });
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), writes, fc.nat(), (text, cuts, pick) => {
        const log = logOf();
        const whole = Buffer.from(text);
        const done = { stdout: 0, stderr: 0 };
        const seen: ReturnType<typeof readAll> = [];
        const readOn = () => seen.push(...readAll(log, seen.at(-1)?.next));
        for (const [kind, bytes] of [...cuts, ["stdout", 10_000] as const, ["stderr", 10_000] as const]) {
          print(log, kind, whole.subarray(done[kind], done[kind] + bytes));
          done[kind] += bytes;
          if ((pick + bytes) % 3 === 0) readOn();
        }
        readOn();
        const again = pick % (seen.length + 1);
        const resumed = [...seen.slice(0, again), ...readAll(log, seen[again - 1]?.next)];
        for (const events of [seen, resumed]) {
          const parts = events.flatMap(({ event }) => ("bytes" in event ? [event] : []));
          for (const { bytes } of parts) expect(Buffer.from(Buffer.from(bytes).toString())).toEqual(Buffer.from(bytes));
          for (const kind of ["stdout", "stderr"]) {
            const printed = parts.filter((part) => part.kind === kind).map(({ bytes }) => bytes);
            expect(Buffer.concat(printed).toString()).toBe(text);
          }
        }
      }),
    );
  });

  it("tells what is left of a character at the end, unless it was cut there", () => {
    for (const [wasCut, rest] of [
      [false, ["stdout \xc3"]],
      [true, []],
    ] as const) {
      const log = logOf();
      print(log, "stdout", Buffer.from([0xc3]));
      expect(told(log)).toEqual([]);
      log.endStream("stdout", wasCut);
      expect(told(log)).toEqual(rest);
    }
  });

  it("forgets half a character of a program that is started again", () => {
    const log = logOf();
    print(log, "stdout", Buffer.from([0xc3]));
    log.add({ kind: "started", node: NODE });
    print(log, "stdout", "a");
    expect(told(log)).toEqual(["started", "stdout a"]);
  });

  it("keeps no output above what it may, and everything else", () => {
    const log = logOf(1_000);
    print(log, "stdout", "a".repeat(700));
    print(log, "stderr", "b".repeat(700));
    print(log, "stdout", "c");
    log.add({ kind: "started", node: NODE });
    expect(told(log)).toEqual([`stdout ${"a".repeat(700)}`, "started"]);
  });

  it("takes a write for each byte no worse than one for all", () => {
    const log = logOf(10_256);
    for (let index = 0; index < 10_000; index += 1) print(log, "stdout", "x");
    expect(told(log)).toEqual([`stdout ${"x".repeat(10_000)}`]);
  });

  it("knows its own positions", () => {
    const log = logOf();
    log.add({ kind: "queued" });
    print(log, "stdout", "abc");
    const right = [[0, 0], [1, 0], [1, 3], [2, 0]] as const; // biome-ignore format: pairs
    for (const [entry, byte] of right) expect(log.has({ entry, byte })).toBe(true);
    const wrong = [[0, 1], [1, 4], [2, 1], [3, 0]] as const; // biome-ignore format: pairs
    for (const [entry, byte] of wrong) expect(log.has({ entry, byte })).toBe(false);
  });
});
