import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../domain/clock.ts";
import { SAMPLE_NODE, sampleExecution, sampleResult } from "../../domain/sample-execution.test-support.ts";
import { describeOutbox } from "../outbox-conformance.test-support.ts";
import { acceptanceOf, describeKeeping, describeStore } from "../store-conformance.test-support.ts";
import { createEmbeddedStore } from "./embedded-store.ts";
import { createScratchStore, openScratchFile } from "./scratch-store.test-support.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "millrace-embedded-store-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

let files = 0;

describeStore("embedded store", async () => createScratchStore());

describeKeeping("embedded store", async ({ keepMs }) => {
  files += 1;
  const path = join(directory, `${files}.sqlite`);
  const open = () => {
    const openFile = () => openScratchFile({ path, keepMs });
    const onTrouble = (error: unknown) => expect.unreachable(String(error));
    const store = createEmbeddedStore({ clock: systemClock, openFile, onTrouble });
    store.open();
    return store;
  };
  let current = open();
  return {
    store: current,
    async reopen() {
      await current.close();
      current = open();
      return current;
    },
  };
});

describeOutbox("embedded outbox", async () => {
  let skippedMs = 0;
  const store = createScratchStore({ nowMs: () => systemClock.nowMs() + skippedMs });
  return {
    store,
    outboxes: [store.outbox],
    skip(ms) {
      skippedMs += ms;
    },
    close: store.close,
  };
});

test("a file belongs to one process", () => {
  const path = join(directory, "one.sqlite");
  const file = openScratchFile({ path });
  expect(() => openScratchFile({ path })).toThrow("locked");
  file.close();
  openScratchFile({ path }).close();
});

test("what expired is forgotten in the end", () => {
  const time = { nowMs: 1_000 };
  const file = openScratchFile({ keepMs: 100, rememberMs: 1_000, clock: { nowMs: () => time.nowMs } });
  const execution = sampleExecution();
  file.add(acceptanceOf(execution, { idempotency: { scope: "a", key: "k", fingerprint: "f" } }));
  file.move(execution.id, { kind: "done", result: sampleResult(execution) }, { isDead: false });
  const kinds = [99, 1, 999, 1].map((ms) => {
    time.nowMs += ms;
    file.expire();
    return file.find(execution.id)?.state.kind;
  });
  expect(kinds).toEqual(["done", "expired", "expired", undefined]);
  file.close();
});

test("a full file refuses what is new, and still takes the results of what it has", () => {
  const file = openScratchFile({ maxBytes: 1024 ** 2 });
  const accepted: ReturnType<typeof sampleExecution>[] = [];
  const fill = () => {
    for (;;) {
      const execution = sampleExecution("x".repeat(10_000));
      file.add(acceptanceOf(execution));
      accepted.push(execution);
    }
  };
  expect(fill).toThrow(expect.objectContaining({ code: "store_full" }));
  expect(accepted.length).toBeGreaterThan(50);
  for (const execution of accepted) {
    file.move(execution.id, { kind: "running", attempt: 1, node: SAMPLE_NODE, isCancelled: false }, { isDead: false });
    file.move(execution.id, { kind: "done", result: sampleResult(execution) }, { isDead: false });
  }
  file.add(acceptanceOf(sampleExecution()));
  file.close();
});

test("a result that finds no room is not lost: it may be stored when there is some", () => {
  const file = openScratchFile({ maxBytes: 1024 ** 2 });
  const [first, second] = [sampleExecution("x".repeat(600_000)), sampleExecution()];
  file.add(acceptanceOf(first));
  file.add(acceptanceOf(second));
  const result = { ...sampleResult(second), version: "y".repeat(600_000) };
  const store = () => file.move(second.id, { kind: "done", result }, { isDead: false });
  expect(store).toThrow(expect.objectContaining({ code: "store_full" }));
  expect(file.find(second.id)?.state).toEqual({ kind: "queued", starts: 0 });
  file.remove(first.id);
  store();
  expect(file.find(second.id)?.state).toEqual({ kind: "done", result });
  file.close();
});
