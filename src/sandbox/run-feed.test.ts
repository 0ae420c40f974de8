import { describe, expect, it } from "vitest";
import { createRequestReader, type SentRequest } from "./fake-client.test-support.ts";
import { startFeeding } from "./run-feed.ts";
import { SAMPLE_SPEC } from "./sample-run.test-support.ts";
import type { RunSpec } from "./sandbox.ts";
import { fakeWarmStart } from "./warm-start.test-support.ts";
import type { WarmStart } from "./warm-start.ts";
import { CHANNEL_CREDIT_BYTES, ProtocolError } from "./wire.ts";

const BOX = 5;
const START_LIMITS_BYTES = 40;

function feed(over: Partial<RunSpec>, warm: WarmStart | null = null) {
  const requests: SentRequest[] = [];
  const read = createRequestReader((request) => void requests.push(request));
  const spec = { ...SAMPLE_SPEC, ...over };
  const { returnCredit } = startFeeding(BOX, spec, warm, (...parts) => read(Buffer.concat(parts)));
  const bytesOf = (name: SentRequest["name"]) =>
    requests.filter((request) => request.name === name).reduce((sum, { payload }) => sum + payload.length, 0);
  return { requests, names: () => requests.map(({ name }) => name), bytesOf, returnCredit };
}

const file = (bytes: number) => ({ path: "a", content: new Uint8Array(bytes), mode: 0o644 });

describe("feeding a run", () => {
  it("sends a small run whole and at once", () => {
    const { names, requests } = feed({ files: [file(10)], stdin: Buffer.from("in") });
    expect(names()).toEqual(["start", "stdin", "stdinEnd"]);
    expect(requests.every(({ box }) => box === BOX)).toBe(true);
    expect(requests[1]?.payload.toString()).toBe("in");
  });

  it("sends an interpreter that is there already its files, and nothing that it knows", () => {
    const source = { ...file(0), content: Buffer.from("source") };
    const text = (warm: WarmStart | null) => {
      return feed({ files: [source], argv: ["name", "-o"] }, warm).requests[0]?.payload.toString();
    };
    expect(text(null)).toMatch(/source.*name.*-o.*\/usr\/bin\/true$/s);
    expect(text(fakeWarmStart())).toMatch(/source/);
    expect(text(fakeWarmStart())).not.toMatch(/name|-o|true/);
    expect(text(fakeWarmStart({ takesArguments: true }))).toMatch(/source.*-o/s);
    expect(text(fakeWarmStart({ takesArguments: true }))).not.toMatch(/name|true/);
  });

  it("ends an empty standard input at once", () => {
    expect(feed({}).names()).toEqual(["start", "stdinEnd"]);
  });

  it("states the limits of the run in the launcher's units", () => {
    const { requests } = feed({ collect: { wants: () => true, maxBytes: 1 } });
    const payload = requests[0]?.payload ?? Buffer.alloc(0);
    const u64 = (at: number) => Number(payload.readBigUInt64LE(at));
    expect([u64(0), u64(8), u64(16), u64(24)]).toEqual([268_435_456, 2_000_000, 6_000_000, 1_048_576]);
    expect([payload.readUInt32LE(32), payload.readUInt32LE(36)]).toEqual([64, 1]);
  });

  it("loads what is more than the credit, and starts when all of it was taken", () => {
    const { names, bytesOf, returnCredit, requests } = feed({ files: [file(600_000)] });
    expect(names()).toEqual(["load"]);
    expect(bytesOf("load")).toBe(CHANNEL_CREDIT_BYTES);
    returnCredit("load", 100_000);
    expect(bytesOf("load")).toBe(CHANNEL_CREDIT_BYTES + 100_000);
    returnCredit("load", CHANNEL_CREDIT_BYTES);
    const outstanding = bytesOf("load") - CHANNEL_CREDIT_BYTES - 100_000;
    expect(outstanding).toBeGreaterThan(0);
    returnCredit("load", outstanding - 1);
    expect(names()).not.toContain("start");
    returnCredit("load", 1);
    expect(names().slice(-2)).toEqual(["start", "stdinEnd"]);
    const exec = requests.at(-2)?.payload.subarray(START_LIMITS_BYTES) ?? Buffer.alloc(0);
    expect(exec.readUInt32LE(0)).toBe(6);
    expect(exec.toString("utf8", 8)).toBe("/usr/bin/true");
  });

  it("keeps standard input within its credit, and ends it after the last byte", () => {
    const { names, bytesOf, returnCredit } = feed({ stdin: new Uint8Array(CHANNEL_CREDIT_BYTES + 7) });
    expect(bytesOf("stdin")).toBe(CHANNEL_CREDIT_BYTES);
    expect(names()).not.toContain("stdinEnd");
    returnCredit("stdin", 5);
    expect(bytesOf("stdin")).toBe(CHANNEL_CREDIT_BYTES + 5);
    expect(names()).not.toContain("stdinEnd");
    returnCredit("stdin", 10);
    expect(bytesOf("stdin")).toBe(CHANNEL_CREDIT_BYTES + 7);
    expect(names().filter((name) => name === "stdinEnd")).toHaveLength(1);
    returnCredit("stdin", 10);
    expect(names().filter((name) => name === "stdinEnd")).toHaveLength(1);
  });

  it("refuses credit that was never spent", () => {
    expect(() => feed({}).returnCredit("stdin", 1)).toThrow(ProtocolError);
  });
});
