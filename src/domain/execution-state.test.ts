import fc from "fast-check";
import { expect, test } from "vitest";
import type { ExecutionResult } from "./execution.ts";
import { type ExecutionEvent, type ExecutionState, MOST_STARTS, transition, unstartedEnds } from "./execution-state.ts";
import type { ExecutionId, NodeId } from "./ids.ts";

const node = "node_1" as NodeId;
const other = "node_2" as NodeId;
const execution = { id: "exe_1" as ExecutionId, language: "c", version: "12.2.0" };
const endUnstarted = unstartedEnds(execution, { acceptedAtMs: 1_000, endedAtMs: 1_250 });
const result: ExecutionResult = { ...endUnstarted("cancelled"), status: "ok", node };

const queued = (starts: number): ExecutionState => ({ kind: "queued", starts });
const running = (attempt: number, isCancelled = false): ExecutionState => {
  return { kind: "running", attempt, node: other, isCancelled };
};
const done: ExecutionState = { kind: "done", result: { ...result, status: "runtime_error" } };

const STATES = {
  "queued, never started": queued(0),
  "queued, started twice": queued(MOST_STARTS - 1),
  "queued, started three times": queued(MOST_STARTS),
  "running, 1": running(1),
  "running, 2": running(2),
  "running, 3": running(MOST_STARTS),
  "running, 1, cancelled": running(1, true),
  done,
};
const EVENTS: Record<string, ExecutionEvent> = {
  start: { kind: "start", node, endUnstarted },
  "hand back 1": { kind: "handBack", attempt: 1, endUnstarted },
  "complete 1": { kind: "complete", attempt: 1, result },
  cancel: { kind: "cancel", endUnstarted },
  "give up": { kind: "giveUp", endUnstarted },
};

const started = (attempt: number): ExecutionState => ({ kind: "running", attempt, node, isCancelled: false });
const cancelled: ExecutionState = { kind: "done", result: endUnstarted("cancelled") };
const dead: ExecutionState = { kind: "done", result: endUnstarted("internal_error") };
const ok: ExecutionState = { kind: "done", result };

/** The whole grid; null is no change. */
const GRID: Record<keyof typeof STATES, Record<string, ExecutionState | null>> = {
  "queued, never started": {
    start: started(1),
    "hand back 1": null,
    "complete 1": null,
    cancel: cancelled,
    "give up": dead,
  },
  "queued, started twice": {
    start: started(3),
    "hand back 1": null,
    "complete 1": null,
    cancel: cancelled,
    "give up": dead,
  },
  "queued, started three times": {
    start: dead,
    "hand back 1": null,
    "complete 1": null,
    cancel: cancelled,
    "give up": dead,
  },
  "running, 1": {
    start: started(2),
    "hand back 1": queued(0),
    "complete 1": ok,
    cancel: running(1, true),
    "give up": null,
  },
  "running, 2": {
    start: started(3),
    "hand back 1": null,
    "complete 1": null,
    cancel: running(2, true),
    "give up": null,
  },
  "running, 3": { start: dead, "hand back 1": null, "complete 1": null, cancel: running(3, true), "give up": null },
  "running, 1, cancelled": {
    start: cancelled,
    "hand back 1": cancelled,
    "complete 1": ok,
    cancel: null,
    "give up": null,
  },
  done: { start: null, "hand back 1": null, "complete 1": null, cancel: null, "give up": null },
};

const cells = Object.entries(GRID).flatMap(([state, row]) =>
  Object.keys(EVENTS).map((event) => ({ state, event, expected: row[event] })),
);

test.each(cells)("$state: $event", ({ state, event, expected }) => {
  const before = STATES[state as keyof typeof STATES];
  expect(transition(before, EVENTS[event] as ExecutionEvent)).toEqual(expected);
});

test("an end that nobody tells of says how long it waited, and no node", () => {
  expect(endUnstarted("cancelled")).toEqual({
    ...execution,
    status: "cancelled",
    compile: null,
    run: null,
    queuedMs: 250,
    totalMs: 250,
    node: null,
    isolation: null,
  });
});

test("whatever happens, done is the end, a start is told apart from every other, and there are three at most", () => {
  const attempts = fc.integer({ min: 1, max: 4 });
  const events: fc.Arbitrary<ExecutionEvent> = fc.oneof(
    fc.constant<ExecutionEvent>({ kind: "start", node, endUnstarted }),
    attempts.map((attempt): ExecutionEvent => ({ kind: "handBack", attempt, endUnstarted })),
    attempts.map((attempt): ExecutionEvent => ({ kind: "complete", attempt, result })),
    fc.constant<ExecutionEvent>({ kind: "cancel", endUnstarted }),
    fc.constant<ExecutionEvent>({ kind: "giveUp", endUnstarted }),
  );
  fc.assert(
    fc.property(fc.array(events, { maxLength: 30 }), (script) => {
      let state = queued(0);
      let wasDone = false;
      for (const event of script) {
        const next = transition(state, event);
        if (wasDone) expect(next).toBeNull();
        if (next?.kind === "running") expect(next.attempt).toBeLessThanOrEqual(MOST_STARTS);
        state = next ?? state;
        wasDone = state.kind === "done";
      }
    }),
  );
});
