import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLog } from "../telemetry/log.ts";
import { createStopping, type Stopping } from "./stopping.ts";

let target: EventEmitter;
let stopping: Stopping;
let lines: string[];

beforeEach(() => {
  vi.useFakeTimers();
  target = new EventEmitter();
  lines = [];
  stopping = createStopping(createLog({ level: "info", stream: { write: (line) => lines.push(line) } }), target);
});

afterEach(() => {
  stopping.close();
  vi.useRealTimers();
});

function state() {
  return { stop: stopping.stop.aborted, hurry: stopping.hurry.aborted, status: stopping.exitStatus() };
}

describe("createStopping", () => {
  it("does nothing by itself", () => {
    vi.advanceTimersByTime(3_600_000);
    expect(state()).toEqual({ stop: false, hurry: false, status: 0 });
  });

  it.each(["SIGTERM", "SIGINT"])("stops at %s, and hurries after 30 s", (signal) => {
    target.emit(signal, signal);
    vi.advanceTimersByTime(29_999);
    expect(state()).toEqual({ stop: true, hurry: false, status: 0 });
    vi.advanceTimersByTime(1);
    expect(state()).toEqual({ stop: true, hurry: true, status: 0 });
  });

  it("hurries at the second signal", () => {
    target.emit("SIGINT", "SIGINT");
    vi.advanceTimersByTime(300);
    target.emit("SIGTERM", "SIGTERM");
    expect(state()).toEqual({ stop: true, hurry: true, status: 0 });
  });

  it("takes an echo of the first signal for the first", () => {
    target.emit("SIGINT", "SIGINT");
    vi.advanceTimersByTime(299);
    target.emit("SIGINT", "SIGINT");
    expect(state()).toEqual({ stop: true, hurry: false, status: 0 });
  });

  it.each(["uncaughtException", "unhandledRejection"])(
    "stops at an %s, which is logged, and lets what runs end",
    (event) => {
      target.emit(event, new Error("a bug"));
      expect(state()).toEqual({ stop: true, hurry: false, status: 1 });
      expect(lines.join()).toContain("a bug");
    },
  );

  it("hurries at once when there is no hope", () => {
    stopping.fail(new Error("the launcher is gone"), { isHopeless: true });
    expect(state()).toEqual({ stop: true, hurry: true, status: 1 });
  });

  it("leaves no listener and no timer behind", () => {
    target.emit("SIGTERM", "SIGTERM");
    stopping.close();
    expect(target.eventNames()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
