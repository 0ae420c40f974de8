import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Box } from "./box.ts";
import { createBoxPool } from "./box-pool.ts";
import { CLEAN_EXIT, createFakeClient } from "./fake-client.test-support.ts";
import { SAMPLE_SPEC } from "./sample-run.test-support.ts";
import { fakeWarmStart } from "./warm-start.test-support.ts";
import type { WarmStart } from "./warm-start.ts";
import { NO_ZYGOTE } from "./wire.ts";

const USUAL = 64;
const ODD = 100;

const FORKED = fakeWarmStart({ id: "forked-1", way: "fork" });
const BOOTED: WarmStart = { ...FORKED, id: "booted-1", way: "boot" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What each process holds that was booted ahead. */
const OWN_BYTES = 10;
const ZYGOTE_BYTES = 5;

function makePool({ lanes = 10, slots = 3, prepared = 2, warmBytes = 1_000 } = {}) {
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
    warmStarts: [FORKED, BOOTED],
    warm: 4,
    warmBytes,
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
  const measure = (box: number, zygotes: number) =>
    fake.emit(box, { kind: "measured", ownBytes: OWN_BYTES, zygoteBytes: zygotes * ZYGOTE_BYTES, zygotes });
  const prepare = (box: number) => {
    answered.push(box);
    const asked = fake.sent("prepare").find((request) => request.box === box);
    if (asked?.payload.readUInt32LE(16) !== NO_ZYGOTE) measure(box, 1);
    fake.emit(box, { kind: "prepared" });
  };
  const booted = new Set<number>();
  const boot = (box: number) => {
    measure(box, 0);
    booted.add(box);
    fake.emit(box, { kind: "booted" });
  };
  const fail = (box: number) => {
    fake.emit(box, { kind: "failed", stage: 2, errno: 11, index: 0, detail: "" });
    fake.emit(box, { kind: "destroyed" });
  };
  /** Of a cold box. */
  const take = (diskBytes: number, signal?: AbortSignal) => pool.take({ diskBytes, warm: null }, signal);
  const takeWarm = (warm: WarmStart) => pool.take({ diskBytes: USUAL, warm }, undefined);
  return { ...fake, pool, take, takeWarm, made, finishMaking, prepare, boot, booted, fail, warnings };
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
    const { made, finishMaking, take } = makePool();
    finishMaking();
    expect((await take(USUAL))?.kind.diskBytes).toBe(USUAL);
    await take(USUAL);
    await settled();
    expect(made()).toEqual([USUAL, USUAL, USUAL, USUAL]);
  });

  it("does not refill before the run ends, as long as half of the boxes are ready", async () => {
    const { made, finishMaking, emit, living, take } = makePool();
    finishMaking();
    const box = await take(USUAL);
    await settled();
    expect(made()).toHaveLength(2);
    void box?.run(SAMPLE_SPEC);
    const [running = 0] = living();
    emit(running, { kind: "exited", report: CLEAN_EXIT });
    emit(running, { kind: "destroyed" });
    expect(made()).toHaveLength(3);
  });

  it("makes another size when it is asked for", async () => {
    const { made, finishMaking, take } = makePool();
    finishMaking();
    const box = take(ODD);
    expect(made()).toEqual([USUAL, USUAL, ODD]);
    finishMaking();
    expect((await box)?.kind.diskBytes).toBe(ODD);
  });

  it("keeps another size ready once it is asked for again", async () => {
    const { made, finishMaking, take } = makePool();
    for (let i = 0; i < 2; i++) {
      const box = take(ODD);
      finishMaking();
      await box;
      await settled();
    }
    expect(made().filter((size) => size === ODD)).toHaveLength(3);
    await settled();
    finishMaking();
    const before = made().length;
    await take(ODD);
    expect(made()).toHaveLength(before);
  });

  it("gives an idle box up when lanes are short of a size that is waited for", async () => {
    const { made, finishMaking, sent, emit, take } = makePool({ lanes: 2 });
    finishMaking();
    const box = take(ODD);
    expect(sent("kill").map((request) => request.box)).toEqual([1]);
    emit(1, { kind: "destroyed" });
    expect(made()).toEqual([USUAL, USUAL, ODD]);
    finishMaking();
    expect((await box)?.kind.diskBytes).toBe(ODD);
  });

  it("never has more boxes than lanes", async () => {
    const { living, finishMaking, take } = makePool({ lanes: 4, slots: 4, prepared: 4 });
    for (let i = 0; i < 8; i++) void watch(take(i % 2 ? ODD : USUAL));
    finishMaking();
    await settled();
    expect(living()).toHaveLength(4);
  });

  it("counts a box as in use until nothing is left of it", async () => {
    const { finishMaking, emit, take } = makePool({ slots: 1 });
    finishMaking();
    const first = await take(USUAL);
    const second = watch(take(USUAL));
    void first?.run(SAMPLE_SPEC);
    emit(1, { kind: "exited", report: CLEAN_EXIT });
    await settled();
    expect(second.box).toBeUndefined();
    emit(1, { kind: "destroyed" });
    await settled();
    expect(second.box).toBeDefined();
  });

  it("does not let the usual size overtake another one for ever", async () => {
    const { finishMaking, emit, living, take } = makePool({ slots: 1 });
    finishMaking();
    const first = await take(USUAL);
    const odd = watch(take(ODD));
    const usual = watch(take(USUAL));
    finishMaking();
    first?.kill();
    emit(living()[0] ?? 0, { kind: "destroyed" });
    await settled();
    expect(odd.box?.kind.diskBytes).toBe(ODD);
    expect(usual.box).toBeUndefined();
  });

  it("lets a run that is aborted stop waiting", async () => {
    const { take } = makePool();
    const controller = new AbortController();
    const box = take(USUAL, controller.signal);
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
    const { fail, living, pool, take } = makePool({ prepared: 1 });
    const waiting = watch(take(USUAL));
    fail(living()[0] ?? 0);
    await vi.advanceTimersByTimeAsync(1_000);
    fail(living()[0] ?? 0);
    await vi.advanceTimersByTimeAsync(8_999);
    expect(waiting.error).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(waiting.error).toMatchObject({ stage: "fork", errno: "EAGAIN" });
    await expect(take(USUAL)).rejects.toMatchObject({ stage: "fork" });
    expect(pool.isHealthy()).toBe(false);
  });

  it("those who wait get the box that is made at last", async () => {
    const { fail, living, pool, prepare, take } = makePool({ prepared: 1 });
    const waiting = watch(take(USUAL));
    for (let attempt = 1; attempt <= 5; attempt++) {
      fail(living()[0] ?? 0);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    prepare(living()[0] ?? 0);
    await settled();
    expect(waiting.box?.kind.diskBytes).toBe(USUAL);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(pool.isHealthy()).toBe(true);
  });

  it("a box made after they were told makes all good again", async () => {
    const { fail, living, pool, prepare, take } = makePool({ prepared: 1 });
    fail(living()[0] ?? 0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(pool.isHealthy()).toBe(false);
    prepare(living()[0] ?? 0);
    expect(pool.isHealthy()).toBe(true);
    expect(await take(USUAL)).not.toBeNull();
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
    const { pool, setLanes, finishMaking, made, take } = makePool();
    finishMaking();
    setLanes(0);
    pool.launcherLost();
    const waiting = watch(take(USUAL));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(waiting).toEqual({ box: undefined, error: undefined });
    expect(made()).toHaveLength(2);
    setLanes(10);
    pool.launcherFound();
    finishMaking();
    await settled();
    expect(waiting.box?.kind.diskBytes).toBe(USUAL);
  });

  it("those who wait for a slot are not given a box that is lost as well", async () => {
    const { setLanes, finishMaking, take } = makePool({ slots: 1 });
    finishMaking();
    await take(USUAL);
    const waiting = watch(take(USUAL));
    finishMaking();
    setLanes(0);
    await settled();
    expect(waiting.box).toBeUndefined();
  });

  it("they do not wait for ever, and later ones not at all", async () => {
    const { pool, setLanes, take } = makePool();
    setLanes(0);
    pool.launcherLost();
    const waiting = watch(take(USUAL));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(waiting.error).toMatchObject({ stage: "launcher_lost" });
    await expect(take(USUAL)).rejects.toMatchObject({ stage: "launcher_lost" });
  });
});

describe("closing", () => {
  it("kills every box and waits until nothing is left of any", async () => {
    const { pool, finishMaking, sent, emit, living, take } = makePool({ slots: 1 });
    finishMaking();
    await take(USUAL);
    const waiting = watch(take(USUAL));
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
    await expect(take(USUAL)).rejects.toMatchObject({ stage: "closed" });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("warm boxes", () => {
  /** Which zygotes boxes were asked for with, by their numbers. */
  const zygotesOf = (prepares: { payload: Buffer }[]) => prepares.map(({ payload }) => payload.readUInt32LE(16));

  function makeFull(warm: WarmStart, options = {}) {
    const made = makePool({ slots: 3, prepared: 2, ...options });
    made.finishMaking();
    return {
      ...made,
      /** A run has asked for it, and what that earned stands ready. */
      async follow() {
        const { booted } = made;
        const first = await made.takeWarm(warm);
        first?.kill();
        made.emit(made.living()[0] ?? 0, { kind: "destroyed" });
        // The first one shows what it takes, and then there may be more.
        for (const _ of [1, 2]) {
          made.finishMaking();
          for (const { box } of made.sent("load")) if (!booted.has(box)) made.boot(box);
        }
        return first;
      },
    };
  }

  it("the first run of a language is cold", async () => {
    const { follow } = makeFull(FORKED);
    expect((await follow())?.kind.warm).toBeNull();
  });

  it.each([FORKED, BOOTED])("the next ones are warm: %s", async (warm) => {
    const { follow, takeWarm } = makeFull(warm);
    await follow();
    expect((await takeWarm(warm))?.kind.warm).toBe(warm);
  });

  it("a run does not wait for an interpreter that boots", async () => {
    const { follow, takeWarm } = makeFull(BOOTED);
    await follow();
    await takeWarm(BOOTED);
    await takeWarm(BOOTED);
    expect((await takeWarm(BOOTED))?.kind.warm).toBeNull();
  });

  it("for a run that waits a zygote gives birth", async () => {
    const { takeWarm, sent, finishMaking } = makePool({ prepared: 1, slots: 3 });
    const waiting = watch(takeWarm(FORKED));
    expect(zygotesOf(sent("prepare"))).toEqual([0, 1, 1]); // for the one that waits, and for the next
    finishMaking();
    await settled();
    expect(waiting.box).toBeDefined();
  });

  it("under load zygotes go on giving birth, and nothing else is made ahead", async () => {
    const { follow, take, takeWarm, finishMaking, sent } = makeFull(FORKED);
    await follow();
    await Promise.all([takeWarm(FORKED), takeWarm(FORKED), take(USUAL)]);
    finishMaking();
    const before = sent("prepare").length;
    const waiting = watch(takeWarm(FORKED));
    await settled();
    expect(waiting.box).toBeUndefined();
    expect(zygotesOf(sent("prepare").slice(before))).toEqual([1, 1, 1]); // for the one that waits, and to stand ready
  });

  it("an interpreter that does not come to its gate is left alone for a minute", async () => {
    const { take, takeWarm, emit, living, sent, warnings, pool, finishMaking } = makePool({ slots: 3, prepared: 2 });
    finishMaking();
    (await takeWarm(BOOTED))?.kill();
    emit(living()[0] ?? 0, { kind: "destroyed" });
    finishMaking();
    const booting = sent("load").map(({ box }) => box);
    for (const box of booting) {
      emit(box, { kind: "failed", stage: 2, errno: 11, index: 0, detail: "" });
      emit(box, { kind: "destroyed" });
    }
    expect(warnings).toMatchObject(booting.map(() => ({ warmStart: "booted-1" })));
    expect(pool.isHealthy()).toBe(true);
    const refill = async () => {
      (await take(USUAL))?.kill();
      emit(living()[0] ?? 0, { kind: "destroyed" });
      finishMaking();
    };
    await refill();
    expect(sent("load")).toHaveLength(booting.length);
    await vi.advanceTimersByTimeAsync(60_000);
    await refill();
    expect(sent("load").length).toBeGreaterThan(booting.length);
  });

  it("a run that waits for a zygote that hangs gets a cold box, and the zygote is ended", async () => {
    const { takeWarm, sent, emit, prepare, warnings } = makePool({ prepared: 1, slots: 3 });
    const [first, second] = [watch(takeWarm(FORKED)), watch(takeWarm(FORKED))];
    expect(zygotesOf(sent("prepare"))).toEqual([0, 1, 1, 1]);
    prepare(1);
    await settled();
    expect([first.box?.kind.warm, second.box]).toEqual([null, undefined]);

    await vi.advanceTimersByTimeAsync(8_000);
    expect(warnings).toMatchObject([1, 2, 3].map(() => ({ warmStart: "forked-1", stage: "boot" })));
    expect(sent("retire").map(({ payload }) => payload.readUInt32LE(0))).toEqual([1]);
    expect(sent("kill").map(({ box }) => box)).toEqual([2, 3, 4]);

    emit(2, { kind: "destroyed" });
    expect(zygotesOf(sent("prepare"))).toEqual([0, 1, 1, 1, 0]);
    prepare(5);
    await settled();
    expect(second.box?.kind.warm).toBeNull();
  });

  it("one whose zygote was ended before it was born says nothing of the others", async () => {
    const { take, takeWarm, sent, prepare, fail, pool, warnings } = makePool({ prepared: 1, slots: 3 });
    void takeWarm(FORKED);
    expect(zygotesOf(sent("prepare"))).toEqual([0, 1, 1]);
    prepare(1);
    await settled();
    for (let run = 0; run < 32; run++) await take(USUAL, AbortSignal.abort());
    expect(sent("retire")).toHaveLength(1);
    for (const box of [2, 3]) fail(box);
    expect([warnings, pool.counts().failedBoxes]).toEqual([[], 0]);
    void takeWarm(FORKED);
    expect(zygotesOf(sent("prepare")).at(-1)).toBe(1);
  });

  it("no more boot in their boxes at a time than half of the slots", async () => {
    const { takeWarm, sent, emit, living, finishMaking, boot } = makePool({ slots: 3, prepared: 2 });
    finishMaking();
    (await takeWarm(BOOTED))?.kill();
    emit(living()[0] ?? 0, { kind: "destroyed" });
    finishMaking();
    expect(sent("load")).toHaveLength(1);
    boot(sent("load")[0]?.box ?? 0);
    finishMaking();
    expect(sent("load")).toHaveLength(2);
  });

  it("an interpreter that hangs in its box is given up, one that came in time is not", async () => {
    const { takeWarm, sent, emit, living, finishMaking, boot, warnings } = makePool({ slots: 4, prepared: 2 });
    finishMaking();
    (await takeWarm(BOOTED))?.kill();
    emit(living()[0] ?? 0, { kind: "destroyed" });
    finishMaking();
    boot(sent("load")[0]?.box ?? 0);
    finishMaking();
    const hanging = sent("load")
      .slice(1)
      .map(({ box }) => box);
    expect(hanging.length).toBeGreaterThan(0);
    const killed = sent("kill").length;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(
      sent("kill")
        .slice(killed)
        .map(({ box }) => box),
    ).toEqual(hanging);
    expect(warnings).toMatchObject(hanging.map(() => ({ warmStart: "booted-1", stage: "boot" })));
  });

  it("what nobody asks for goes after five minutes, and its zygote too", async () => {
    const { follow, sent } = makeFull(FORKED);
    await follow();
    await vi.advanceTimersByTimeAsync(5 * 60_000 - 1_000);
    expect(sent("retire")).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent("retire").map(({ payload }) => payload.readUInt32LE(0))).toEqual([1]);
  });

  it("one that was never measured is tried; what it takes says how many there may be", async () => {
    const { takeWarm, sent, emit, living, finishMaking, boot, pool } = makePool({ warmBytes: 15 });
    finishMaking();
    (await takeWarm(BOOTED))?.kill();
    emit(living()[0] ?? 0, { kind: "destroyed" });
    finishMaking();
    expect(sent("load")).toHaveLength(1);
    boot(sent("load")[0]?.box ?? 0);
    finishMaking();
    expect(sent("load")).toHaveLength(1); // a second one would be 20 of 15
    expect([...pool.counts().warmBytes]).toEqual([["booted-1", OWN_BYTES]]);
  });

  it.each([
    { warmBytes: OWN_BYTES, ready: 1 },
    { warmBytes: OWN_BYTES - 1, ready: 0 },
  ])("one that takes more than there is for all goes, and its runs are cold: $ready with $warmBytes", async (given) => {
    const { follow, takeWarm, pool, warnings } = makeFull(BOOTED, given);
    await follow();
    expect(pool.counts().warm.get("booted-1") ?? 0).toBe(given.ready);
    expect((await takeWarm(BOOTED))?.kind.warm).toBe(given.ready === 1 ? BOOTED : null);
    expect(warnings).toHaveLength(1 - given.ready);
  });

  it("zygotes count, as many as there will be, and are ended with what they gave birth to", async () => {
    const least = OWN_BYTES + 4 * ZYGOTE_BYTES;
    for (const { warmBytes, retired } of [
      { warmBytes: least, retired: [] },
      { warmBytes: least - 1, retired: [1] },
    ]) {
      const { follow, sent, pool } = makeFull(FORKED, { warmBytes });
      await follow();
      expect(sent("retire").map(({ payload }) => payload.readUInt32LE(0))).toEqual(retired);
      expect(pool.counts().warmBytes.get("forked-1") ?? 0).toBe(retired.length === 0 ? OWN_BYTES + ZYGOTE_BYTES : 0);
    }
  });

  it("for a run that waits no zygote boots that is not to be kept", async () => {
    const { follow, takeWarm, take, sent } = makeFull(FORKED, { warmBytes: 20 });
    await follow();
    for (const _ of [1, 2, 3]) void take(USUAL);
    const before = sent("prepare").length;
    void takeWarm(FORKED);
    await settled();
    expect(new Set(zygotesOf(sent("prepare").slice(before)))).toEqual(new Set([0]));
  });
});
