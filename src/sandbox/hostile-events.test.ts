import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_RUN_LIMITS } from "../domain/limits.ts";
import { createBox } from "./box.ts";
import type { BoxKind } from "./box-kind.ts";
import { CLEAN_EXIT, createFakeClient } from "./fake-client.test-support.ts";
import { createFrameDecoder } from "./frame-decoder.ts";
import type { RunSpec } from "./sandbox.ts";
import { LaunchError } from "./sandbox.ts";
import { type BoxEvent, type LauncherEvent, NO_ZYGOTE, ProtocolError, parseEvent } from "./wire.ts";

// What a launcher that is broken, or another program in its place, may send: it ends the connection, and nothing else.

/** Nearly frames: the right shape often enough to get past each check. */
const nearlyFrame = fc
  .record({
    length: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, fc.nat(0xffff_ffff)),
    type: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 128, max: 144 }) }, fc.nat(255)),
    zeros: fc.oneof({ weight: 19, arbitrary: fc.constant(0) }, fc.nat(0xff_ffff)),
    box: fc.oneof(fc.constantFrom(0, 1, 2), fc.nat(0xffff_ffff)),
    payload: fc.oneof(
      fc.constantFrom(0, 1, 4, 8, 12, 40).chain((size) => fc.uint8Array({ minLength: size, maxLength: size })),
      fc.uint8Array({ maxLength: 100 }),
    ),
  })
  .map(({ length, type, zeros, box, payload }) => {
    const header = Buffer.alloc(12);
    header.writeUInt32LE(length ?? payload.length, 0);
    header.writeUInt8(type, 4);
    header.writeUIntLE(zeros, 5, 3);
    header.writeUInt32LE(box, 8);
    return Buffer.concat([header, payload]);
  });

/** Everything that is understood of some bytes, and whether it came to an end that the protocol has a name for. */
function understand(chunks: readonly Buffer[]): { events: unknown[]; isRefused: boolean } {
  const events: (LauncherEvent & { box: number })[] = [];
  const decode = createFrameDecoder((type, box, payload) => {
    events.push({ ...parseEvent(type, box, Buffer.from(payload)), box });
  });
  try {
    for (const chunk of chunks) decode(chunk);
    return { events, isRefused: false };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { events, isRefused: true };
  }
}

function split(bytes: Buffer, at: readonly number[]): Buffer[] {
  const cuts = [0, ...at.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut));
}

describe("bytes", () => {
  it("are events or a protocol error, the same however they are cut", () => {
    const cuts = fc.array(fc.nat(4_000), { maxLength: 20 });
    const property = fc.property(fc.array(nearlyFrame, { maxLength: 20 }), cuts, (frames, at) => {
      const bytes = Buffer.concat(frames);
      expect(understand(split(bytes, at))).toEqual(understand([bytes]));
    });
    fc.assert(property, { numRuns: 3_000 });
  });

  it("of any kind are events or a protocol error", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      understand([Buffer.from(bytes)]);
    });
    fc.assert(property, { numRuns: 3_000 });
  });
});

const bytes = fc.uint8Array({ minLength: 1, maxLength: 30 }).map((some) => Buffer.from(some));
const count = fc.oneof(fc.nat(100_000), fc.nat(0xffff_ffff));

const boxEvent: fc.Arbitrary<BoxEvent> = fc.oneof(
  fc.constantFrom<BoxEvent>({ kind: "prepared" }, { kind: "booted" }, { kind: "destroyed" }),
  fc.record({
    kind: fc.constant("failed" as const),
    stage: fc.nat(255),
    errno: fc.integer(),
    index: count,
    detail: fc.string(),
  }),
  fc.record({
    kind: fc.constant("credit" as const),
    channel: fc.constantFrom("load" as const, "stdin" as const),
    bytes: count,
  }),
  fc.record({ kind: fc.constantFrom("stdout" as const, "stderr" as const, "content" as const), bytes }),
  fc.record({
    kind: fc.constant("exited" as const),
    report: fc
      .record({ cause: fc.nat(6), exitValue: fc.integer(), oomKills: count })
      .map((some) => ({ ...CLEAN_EXIT, ...some })),
  }),
  fc.record({ kind: fc.constant("entry" as const), size: count, path: bytes }),
  fc.record({ kind: fc.constant("measured" as const), ownBytes: count, zygoteBytes: count, zygotes: count }),
  fc.record({ kind: fc.constant("listed" as const), isComplete: fc.boolean() }),
  fc.record({ kind: fc.constant("readEnd" as const), errno: fc.integer() }),
);

const KIND: BoxKind = { diskBytes: 4_096, warm: null };

function specOf(isCollected: boolean): RunSpec {
  return {
    executable: "/usr/bin/true",
    argv: ["true"],
    env: {},
    files: [{ path: "main", content: Buffer.alloc(300_000), mode: 0o644 }],
    stdin: Buffer.alloc(300_000),
    warm: null,
    limits: DEFAULT_RUN_LIMITS,
    collect: isCollected ? { wants: () => true, maxBytes: 20 } : null,
  };
}

type Step = BoxEvent | { readonly kind: "run"; readonly isCollected: boolean } | { readonly kind: "kill" };

/** Sends a box what it may not expect, and takes its launcher away in the end. Whoever waits for a run hears of its end. */
async function torment(steps: readonly Step[]): Promise<void> {
  const { client, emit, living, setLanes } = createFakeClient(1);
  const told = { prepared: 0, failed: 0, destroyed: 0 };
  const note = (what: keyof typeof told) => () => void told[what]++;
  const owner = {
    prepared: note("prepared"),
    measured: () => undefined,
    failed: note("failed"),
    destroyed: note("destroyed"),
  };
  const box = createBox({ launcher: client, kind: KIND, zygote: NO_ZYGOTE, owner, inodes: 1, processes: 1 });
  const runs: Promise<unknown>[] = [];
  const [number = 0] = living();
  try {
    for (const step of steps) {
      if (step.kind === "kill") box.kill();
      else if (step.kind === "run") {
        if (runs.length > 0 || told.prepared === 0) continue;
        runs.push(
          box.run(specOf(step.isCollected)).catch((error: unknown) => expect(error).toBeInstanceOf(LaunchError)),
        );
      } else if (living().length > 0) emit(number, step);
    }
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
  }
  setLanes(0);
  await Promise.all(runs);
  expect(told.destroyed).toBe(1);
  expect(told.prepared).toBeLessThanOrEqual(1);
  expect(told.failed).toBeLessThanOrEqual(1);
}

describe("events in any order", () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: boxEvent },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("run" as const), isCollected: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant({ kind: "kill" as const }) },
  );

  it("end a box once, its run once, and are a protocol error at most", async () => {
    // Most begin as a box does, to come further than its first refusal.
    const begin = fc.constantFrom<Step[]>(
      [],
      [{ kind: "prepared" }],
      [{ kind: "prepared" }, { kind: "run", isCollected: true }],
      [{ kind: "prepared" }, { kind: "run", isCollected: false }],
    );
    const property = fc.asyncProperty(begin, fc.array(step, { maxLength: 15 }), (first, rest) =>
      torment([...first, ...rest]),
    );
    await fc.assert(property, { numRuns: 3_000 });
  });
});
