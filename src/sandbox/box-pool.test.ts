import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DEFAULT_RUN_LIMITS } from "../domain/limits.ts";
import type { Box } from "./box.ts";
import { createBoxPool } from "./box-pool.ts";
import { CLEAN_EXIT, createFakeClient } from "./fake-client.test-support.ts";
import type { RunSpec } from "./sandbox.ts";

const USUAL = 64;
const ODD = 100;

const SPEC: RunSpec = {
  executable: "/usr/bin/true",
  argv: ["true"],
  env: {},
  files: [],
  stdin: new Uint8Array(),
  limits: DEFAULT_RUN_LIMITS,
  collect: null,
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function makePool({ lanes = 10, slots = 3, prepared = 2 } = {}) {
  const fake = createFakeClient(lanes);
  const warnings: unknown[] = [];
  const silent = () => undefined;
  const pool = createBoxPool({
    launcher: fake.client,
    slots,
    prepared,
    defaultDiskBytes: USUAL,
    inodes: 10,
    processes: 4,
    log: { info: silent, warn: (fields) => void warnings.push(fields), error: silent },
  });
  pool.launcherFound();

  /** Disk sizes of the boxes that were asked for so far. */
  const made = () => fake.sent("prepare").map(({ payload }) => payload.readUInt32LE(0));
  /** Boxes that are being made become ready. */
  const finishMaking = () => {
    const known = new Set(answered);
    for (const box of fake.living()) if (!known.has(box)) prepare(box);
  };
  const answered: number[] = [];
  const prepare = (box: number) => {
    answered.push(box);
    fake.emit(box, { kind: "prepared" });
  };
  const fail = (box: number) => {
    fake.emit(box, { kind: "failed", stage: 2, errno: 11, index: 0, detail: "" });
    fake.emit(box, { kind: "destroyed" });
  };
  return { ...fake, pool, made, finishMaking, prepare, fail, warnings };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

function watch(promise: Promise<Box | null>) {
  const seen: { box: Box | null | undefined; error: unknown } = { box: undefined, error: undefined };
  promise.then(
    (box) => {
      seen.box = box;
    },
    (error) => {
      seen.error = error;
    },
  );
  return seen;
}

describe("a pool of boxes", () => {
  it("makes boxes of the default size before anyone asks", () => {
    expect(makePool().made()).toEqual([USUAL, USUAL]);
  });

  it("hands out the oldest prepared box and makes another", async () => {
    const { pool, made, finishMaking } = makePool();
    finishMaking();
    expect((await pool.take(USUAL, undefined))?.size.diskBytes).toBe(USUAL);
    await pool.take(USUAL, undefined);
    await settled();
    expect(made()).toEqual([USUAL, USUAL, USUAL, USUAL]);
  });

  it("does not refill before the run ends, as long as half of the boxes are ready", async () => {
    const { pool, made, finishMaking, emit, living } = makePool();
    finishMaking();
    const box = await pool.take(USUAL, undefined);
    await settled();
    expect(made()).toHaveLength(2);
    void box?.run(SPEC);
    const [running = 0] = living();
    emit(running, { kind: "exited", report: CLEAN_EXIT });
    emit(running, { kind: "destroyed" });
    expect(made()).toHaveLength(3);
  });

  it("makes another size when it is asked for", async () => {
    const { pool, made, finishMaking } = makePool();
    finishMaking();
    const box = pool.take(ODD, undefined);
    expect(made()).toEqual([USUAL, USUAL, ODD]);
    finishMaking();
    expect((await box)?.size.diskBytes).toBe(ODD);
  });

  it("keeps another size ready once it is asked for again", async () => {
    const { pool, made, finishMaking } = makePool();
    for (let i = 0; i < 2; i++) {
      const box = pool.take(ODD, undefined);
      finishMaking();
      await box;
      await settled();
    }
    expect(made().filter((size) => size === ODD)).toHaveLength(3);
    await settled();
    finishMaking();
    const before = made().length;
    await pool.take(ODD, undefined);
    expect(made()).toHaveLength(before);
  });

  it("gives an idle box up when lanes are short of a size that is waited for", async () => {
    const { pool, made, finishMaking, sent, emit } = makePool({ lanes: 2 });
    finishMaking();
    const box = pool.take(ODD, undefined);
    expect(sent("kill").map((request) => request.box)).toEqual([1]);
    emit(1, { kind: "destroyed" });
    expect(made()).toEqual([USUAL, USUAL, ODD]);
    finishMaking();
    expect((await box)?.size.diskBytes).toBe(ODD);
  });

  it("never has more boxes than lanes", async () => {
    const { pool, living, finishMaking } = makePool({ lanes: 4, slots: 4, prepared: 4 });
    for (let i = 0; i < 8; i++) void watch(pool.take(i % 2 ? ODD : USUAL, undefined));
    finishMaking();
    await settled();
    expect(living()).toHaveLength(4);
  });

  it("counts a box as in use until nothing is left of it", async () => {
    const { pool, finishMaking, emit } = makePool({ slots: 1 });
    finishMaking();
    const first = await pool.take(USUAL, undefined);
    const second = watch(pool.take(USUAL, undefined));
    void first?.run(SPEC);
    emit(1, { kind: "exited", report: CLEAN_EXIT });
    await settled();
    expect(second.box).toBeUndefined();
    emit(1, { kind: "destroyed" });
    await settled();
    expect(second.box).toBeDefined();
  });

  it("does not let the usual size overtake another one for ever", async () => {
    const { pool, finishMaking, emit, living } = makePool({ slots: 1 });
    finishMaking();
    const first = await pool.take(USUAL, undefined);
    const odd = watch(pool.take(ODD, undefined));
    const usual = watch(pool.take(USUAL, undefined));
    finishMaking();
    first?.kill();
    emit(living()[0] ?? 0, { kind: "destroyed" });
    await settled();
    expect(odd.box?.size.diskBytes).toBe(ODD);
    expect(usual.box).toBeUndefined();
  });

  it("lets a run that is aborted stop waiting", async () => {
    const { pool } = makePool();
    const controller = new AbortController();
    const box = pool.take(USUAL, controller.signal);
    controller.abort();
    expect(await box).toBeNull();
  });

  it("replaces an idle box that died", async () => {
    const { made, finishMaking, emit, warnings } = makePool();
    finishMaking();
    emit(1, { kind: "destroyed" });
    expect(warnings).toMatchObject([{ stage: "box_lost" }]);
    expect(made()).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(50);
    expect(made()).toHaveLength(3);
  });
});

describe("when boxes cannot be made", () => {
  it("it rests, longer each time", async () => {
    const { made, fail, living, pool } = makePool({ prepared: 1 });
    const attempts: number[] = [];
    for (const restMs of [50, 100, 200, 400]) {
      fail(living()[0] ?? 0);
      const before = made().length;
      await vi.advanceTimersByTimeAsync(restMs - 1);
      expect(made()).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(made()).toHaveLength(before + 1);
      attempts.push(restMs);
    }
    expect(attempts).toHaveLength(4);
    expect(pool.isHealthy()).toBe(false);
  });

  it("boxes that fail together are one attempt", () => {
    const { fail, living, pool } = makePool({ prepared: 5 });
    for (const box of living()) fail(box);
    expect(pool.isHealthy()).toBe(true);
  });

  it("those who wait are told when it has lasted 10 s, and later ones at once", async () => {
    const { fail, living, pool } = makePool({ prepared: 1 });
    const waiting = watch(pool.take(USUAL, undefined));
    fail(living()[0] ?? 0);
    await vi.advanceTimersByTimeAsync(1_000);
    fail(living()[0] ?? 0);
    await vi.advanceTimersByTimeAsync(8_999);
    expect(waiting.error).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(waiting.error).toMatchObject({ stage: "fork", errno: "EAGAIN" });
    await expect(pool.take(USUAL, undefined)).rejects.toMatchObject({ stage: "fork" });
    expect(pool.isHealthy()).toBe(false);
  });

  it("those who wait get the box that is made at last", async () => {
    const { fail, living, pool, prepare } = makePool({ prepared: 1 });
    const waiting = watch(pool.take(USUAL, undefined));
    for (let attempt = 1; attempt <= 5; attempt++) {
      fail(living()[0] ?? 0);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    prepare(living()[0] ?? 0);
    await settled();
    expect(waiting.box?.size.diskBytes).toBe(USUAL);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(pool.isHealthy()).toBe(true);
  });

  it("a box made after they were told makes all good again", async () => {
    const { fail, living, pool, prepare } = makePool({ prepared: 1 });
    fail(living()[0] ?? 0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(pool.isHealthy()).toBe(false);
    prepare(living()[0] ?? 0);
    expect(pool.isHealthy()).toBe(true);
    expect(await pool.take(USUAL, undefined)).not.toBeNull();
  });

  it("the first box is told of when it stands ready", async () => {
    const { pool, fail, living, finishMaking } = makePool({ prepared: 1 });
    fail(living()[0] ?? 0);
    await vi.advanceTimersByTimeAsync(50);
    finishMaking();
    expect(await pool.firstBox).toBeUndefined();
  });

  it("the first box is given up after three attempts", async () => {
    const { fail, living, pool } = makePool({ prepared: 1 });
    for (let attempt = 1; attempt <= 3; attempt++) {
      fail(living()[0] ?? 0);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    await expect(pool.firstBox).rejects.toMatchObject({ stage: "fork", errno: "EAGAIN" });
  });

  it("one success makes all good again", async () => {
    const { fail, living, pool, prepare } = makePool({ prepared: 1 });
    for (let attempt = 0; attempt < 3; attempt++) {
      fail(living()[0] ?? 0);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(pool.isHealthy()).toBe(false);
    prepare(living()[0] ?? 0);
    expect(pool.isHealthy()).toBe(true);
  });
});

describe("when the launcher is lost", () => {
  it("runs wait for the next one", async () => {
    const { pool, setLanes, finishMaking, made } = makePool();
    finishMaking();
    setLanes(0);
    pool.launcherLost();
    const waiting = watch(pool.take(USUAL, undefined));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(waiting).toEqual({ box: undefined, error: undefined });
    expect(made()).toHaveLength(2);
    setLanes(10);
    pool.launcherFound();
    finishMaking();
    await settled();
    expect(waiting.box?.size.diskBytes).toBe(USUAL);
  });

  it("those who wait for a slot are not given a box that is lost as well", async () => {
    const { pool, setLanes, finishMaking } = makePool({ slots: 1 });
    finishMaking();
    await pool.take(USUAL, undefined);
    const waiting = watch(pool.take(USUAL, undefined));
    finishMaking();
    setLanes(0);
    await settled();
    expect(waiting.box).toBeUndefined();
  });

  it("they do not wait for ever, and later ones not at all", async () => {
    const { pool, setLanes } = makePool();
    setLanes(0);
    pool.launcherLost();
    const waiting = watch(pool.take(USUAL, undefined));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(waiting.error).toMatchObject({ stage: "launcher_lost" });
    await expect(pool.take(USUAL, undefined)).rejects.toMatchObject({ stage: "launcher_lost" });
  });
});

describe("closing", () => {
  it("kills every box and waits until nothing is left of any", async () => {
    const { pool, finishMaking, sent, emit, living } = makePool({ slots: 1 });
    finishMaking();
    await pool.take(USUAL, undefined);
    const waiting = watch(pool.take(USUAL, undefined));
    let isClosed = false;
    const closing = pool.close().then(() => {
      isClosed = true;
    });
    await settled();
    expect(waiting.error).toMatchObject({ stage: "closed" });
    expect(sent("kill").map(({ box }) => box)).toEqual(living());
    for (const box of living()) {
      expect(isClosed).toBe(false);
      emit(box, { kind: "destroyed" });
      await settled();
    }
    await closing;
    await expect(pool.take(USUAL, undefined)).rejects.toMatchObject({ stage: "closed" });
    expect(vi.getTimerCount()).toBe(0);
  });
});
