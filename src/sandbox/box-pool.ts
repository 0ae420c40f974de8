import { type Box, type BoxOwner, createBox } from "./box.ts";
import { type BoxDemand, createBoxDemand } from "./box-demand.ts";
import { type BoxKind, coldOf, keyOf } from "./box-kind.ts";
import { createInterpreters } from "./interpreters.ts";
import type { LauncherClient } from "./launcher-client.ts";
import { createOutage } from "./outage.ts";
import type { LaunchError, SandboxCounts, SandboxLog } from "./sandbox.ts";
import { workerError } from "./stages.ts";
import { createWaitingLine } from "./waiting-line.ts";
import { createWarmMemory } from "./warm-memory.ts";
import type { WarmStart } from "./warm-start.ts";

/** Boxes made ahead, so that a run finds one ready. */
export interface BoxPool {
  /**
   * A prepared box of this kind, or a cold one where a warm one is not ready, now the caller's; null when the signal
   * aborted first. Waits its turn while all slots are in use, and a while for better times when there is no launcher or
   * boxes cannot be made.
   * @throws {LaunchError} when there has been no box to be had for that long.
   */
  take(kind: BoxKind, signal: AbortSignal | undefined): Promise<Box | null>;
  /** A launcher is there: boxes can be made. */
  launcherFound(): void;
  /** There is no launcher any more; the boxes have been told. */
  launcherLost(): void;
  /**
   * Settles once in the pool's life: with the first box that stands ready.
   * @throws {LaunchError} when none could be made in several attempts, or there was no launcher any more.
   */
  readonly firstBox: Promise<void>;
  /** Whether the last attempts to make a box were successful. */
  isHealthy(): boolean;
  counts(): Pick<SandboxCounts, "boxes" | "warm" | "warmBytes" | "failedBoxes">;
  /** Ends every box, used or not. Resolves when nothing is left of any. */
  close(): Promise<void>;
}

export interface BoxPoolOptions {
  readonly launcher: LauncherClient;
  /** Boxes that may be in use at once, from being taken until nothing is left of them. */
  readonly slots: number;
  /** Boxes of the default disk size that stand ready. */
  readonly prepared: number;
  readonly defaultDiskBytes: number;
  /** Inodes of every box. */
  readonly inodes: number;
  /** The most processes of any run. */
  readonly processes: number;
  /** Those of the plan that the launcher has. */
  readonly warmStarts: readonly WarmStart[];
  /** Boxes with interpreters that stand ready, all kinds together. */
  readonly warm: number;
  /** How much memory those and their zygotes may hold, bytes. */
  readonly warmBytes: number;
  readonly log: SandboxLog;
}

type Targets = ReturnType<BoxDemand["targets"]>;

/** `making` and `idle` are the pool's, `taken` a run's, `leaving` nobody's. All of them need a lane. */
type Place = "making" | "idle" | "taken" | "leaving";

/** Attempts in a row that failed, after which nobody new is asked to wait. */
const FAILURES_MAX = 3;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 5_000;
/** How long runs wait for a launcher that went away, or for boxes that cannot be made, milliseconds. */
const PATIENCE_MS = 10_000;
/** How long boxes of a kind stand ready that nobody has asked for, milliseconds. */
const WARM_MS = 5 * 60_000;

export function createBoxPool(options: BoxPoolOptions): BoxPool {
  const { launcher, slots, prepared, inodes, processes, log } = options;
  const usual: BoxKind = { diskBytes: options.defaultDiskBytes, warm: null };
  const memory = createWarmMemory({ budgetBytes: options.warmBytes, lanes: launcher.lanes, log });
  const demand = createBoxDemand({
    usual,
    prepared,
    mostWarm: options.warm,
    memory,
    memoryMs: WARM_MS,
    now: () => performance.now(),
  });
  /** Every living box, the oldest first. */
  const places = new Map<Box, Place>();
  const line = createWaitingLine();
  const firstBox = Promise.withResolvers<void>();
  firstBox.promise.catch(() => undefined); // for those who ask
  const outage = createOutage({ patienceMs: PATIENCE_MS, onTooLong: giveUp });
  let failures = 0;
  let failedBoxes = 0;
  /** Set while making boxes rests after a failure. */
  let retryTimer: NodeJS.Timeout | null = null;
  let scheduled: NodeJS.Immediate | null = null;
  /** Looks whether something is not asked for any more. */
  let forgetTimer: NodeJS.Timeout | null = null;
  const interpreters = createInterpreters({
    launcher,
    warmStarts: options.warmStarts,
    log,
    retired: memory.retired,
    tooLong(box, start, error) {
      failedBoxes += 1;
      interpreters.bench(start, error);
      discard(box);
    },
  });
  /** Set when the pool is closed. */
  let closed: LaunchError | null = null;
  let emptied: (() => void) | null = null;

  function count(place: Place, key?: string): number {
    let found = 0;
    for (const [box, at] of places) if (at === place && (key === undefined || keyOf(box.kind) === key)) found++;
    return found;
  }

  function countWarm(): Map<string, number> {
    const found = new Map<string, number>();
    for (const [{ kind }, at] of places) {
      if (at === "idle" && kind.warm !== null) found.set(kind.warm.id, (found.get(kind.warm.id) ?? 0) + 1);
    }
    return found;
  }

  function findIdle(fits: (key: string) => boolean): Box | undefined {
    for (const [box, at] of places) if (at === "idle" && fits(keyOf(box.kind))) return box;
    return undefined;
  }

  function claim(kind: BoxKind): Box | undefined {
    // While a launcher's loss is being told box by box, those that do not know it yet still look idle.
    if (count("taken") >= slots || launcher.lanes() === 0) return undefined;
    const key = keyOf(kind);
    const coldKey = keyOf(coldOf(kind));
    const box = findIdle((other) => other === key) ?? findIdle((other) => other === coldKey);
    if (box !== undefined) places.set(box, "taken");
    return box;
  }

  /**
   * What is made for a run that waits. A process that a zygote gives birth to costs no more than an empty box; booting an
   * interpreter ahead of a run that is there already would only make it wait, be it the zygote of a kind that nothing is kept of.
   */
  function kindForWaiter(kind: BoxKind, targets: Targets): BoxKind {
    if (kind.warm?.way !== "fork" || interpreters.isBenched(kind.warm)) return coldOf(kind);
    return targets.has(keyOf(kind)) ? kind : coldOf(kind);
  }

  const owner: BoxOwner = {
    measured({ kind }, measured) {
      if (kind.warm !== null) memory.note(kind.warm, measured);
    },
    prepared(box) {
      interpreters.settle(box);
      failures = 0;
      outage.end();
      firstBox.resolve();
      if (places.get(box) === "making") places.set(box, "idle");
      balance();
    },
    failed(box, error) {
      interpreters.settle(box);
      places.set(box, "leaving");
      if (interpreters.isOrphan(box)) return;
      failedBoxes += 1;
      if (box.kind.warm === null) rest(error);
      else if (closed === null) interpreters.bench(box.kind.warm, error);
    },
    destroyed(box) {
      interpreters.settle(box);
      places.delete(box);
      if (closed !== null && places.size === 0) emptied?.();
      balance();
    },
  };

  /** Nothing is made for a while, longer after each failure; those that come while it rests are of the same attempt. */
  function rest(error: LaunchError): void {
    if (closed !== null) return;
    if (retryTimer === null) failures++;
    log.warn({ stage: error.stage, errno: error.errno, failures }, `a box is not ready: ${error.message}`);
    outage.note(error);
    if (failures >= FAILURES_MAX) firstBox.reject(error);
    retryTimer ??= setTimeout(
      () => {
        retryTimer = null;
        balance();
      },
      Math.min(RETRY_MIN_MS * 2 ** (failures - 1), RETRY_MAX_MS),
    );
  }

  function giveUp(error: LaunchError): void {
    line.reject(error);
    firstBox.reject(error);
  }

  function canMake(): boolean {
    return places.size < launcher.lanes();
  }

  function make(kind: BoxKind): void {
    const { warm } = kind;
    const zygote = interpreters.zygoteFor(warm);
    const box = createBox({ launcher, kind, zygote, owner, inodes, processes });
    places.set(box, "making");
    if (warm !== null) interpreters.expect(box, warm);
  }

  /** An interpreter that boots in its box takes as much of the processors as a run: half of them are for runs. */
  function mayBoot({ warm }: BoxKind): boolean {
    if (warm?.way !== "boot") return true;
    const isBooting = ([box, at]: [Box, Place]) => at === "making" && box.kind.warm?.way === "boot";
    return [...places].filter(isBooting).length < Math.max(1, Math.floor(slots / 2));
  }

  function discard(box: Box): void {
    places.set(box, "leaving");
    box.kill();
  }

  function countComing(key: string): number {
    return count("idle", key) + count("making", key);
  }

  /**
   * Makes what those who are next in line lack, in place of an idle box where lanes are short. Their boxes are made while
   * they still wait for a slot: otherwise whoever asks for the usual kind would overtake them again and again.
   */
  function makeForWaiters(targets: Targets): void {
    const wanted = new Map<string, { readonly kind: BoxKind; count: number }>();
    for (const asked of line.kinds().slice(0, slots)) {
      const kind = kindForWaiter(asked, targets);
      const entry = wanted.get(keyOf(kind)) ?? { kind, count: 0 };
      entry.count++;
      wanted.set(keyOf(kind), entry);
    }
    let roomComing = count("leaving");
    for (const [key, needed] of wanted) {
      for (let lacking = needed.count - countComing(key); lacking > 0; lacking--) {
        if (canMake()) make(needed.kind);
        else if (roomComing > 0) roomComing--;
        else {
          const spare = findIdle((other) => !wanted.has(other));
          if (spare !== undefined) discard(spare);
        }
      }
    }
  }

  /**
   * Processes of zygotes stand ready under load, too, beside those for runs that wait: each saves the run that gets it far more
   * than its birth takes from those that are there.
   */
  function giveBirth(targets: Targets): void {
    for (const [key, { kind, count: target }] of targets) {
      if (kind.warm?.way !== "fork" || interpreters.isBenched(kind.warm)) continue;
      const waiting = line.kinds().filter((waiter) => keyOf(waiter) === key).length;
      for (let ready = countComing(key); ready < target + waiting && canMake(); ready++) make(kind);
    }
  }

  /** Gives up what stands ready and recent runs do not ask for. */
  function giveUpSpare(targets: Targets): void {
    for (const [box, at] of places) {
      const key = keyOf(box.kind);
      if (at === "idle" && count("idle", key) > (targets.get(key)?.count ?? 0)) discard(box);
    }
    interpreters.keep(new Set(Array.from(targets.values(), ({ kind }) => kind.warm)));
  }

  /** Brings what stands ready to what recent runs ask for. */
  function refill(targets: Targets): void {
    giveUpSpare(targets);
    for (const [key, { kind, count: target }] of targets) {
      if (kind.warm !== null && interpreters.isBenched(kind.warm)) continue;
      for (let ready = countComing(key); ready < target && canMake() && mayBoot(kind); ready++) make(kind);
    }
  }

  function balance(): void {
    if (closed !== null) return;
    if (line.serve(claim))
      schedule(); // those who were served start first
    else if (retryTimer === null) {
      const targets = demand.targets();
      if (line.isEmpty()) refill(targets);
      else {
        if (memory.isExceeded(countWarm())) giveUpSpare(targets);
        makeForWaiters(targets);
        giveBirth(targets);
      }
    }
  }

  /** Once nobody asks for anything, what stood ready for them goes. */
  function forgetLater(): void {
    if (forgetTimer !== null) clearTimeout(forgetTimer);
    forgetTimer = setTimeout(balance, WARM_MS + 1).unref();
  }

  function schedule(): void {
    scheduled ??= setImmediate(() => {
      scheduled = null;
      balance();
    });
  }

  /** Making a box takes processor time that the run it was taken for needs: while half are left it waits for its end. */
  function scheduleIfLow(kind: BoxKind): void {
    const key = keyOf(kind);
    if (count("idle", key) * 2 < (demand.targets().get(key)?.count ?? 0)) schedule();
  }

  return {
    async take(kind, signal) {
      const refusal = closed ?? outage.refusal();
      if (refusal !== null) throw refusal;
      demand.note(kind);
      forgetLater();
      const box = line.isEmpty() ? claim(kind) : undefined;
      if (box === undefined) {
        const turn = line.join(kind, signal);
        balance();
        return turn;
      }
      scheduleIfLow(box.kind);
      return box;
    },
    launcherFound() {
      failures = 0;
      interpreters.forget();
      balance();
    },
    launcherLost() {
      if (closed === null)
        outage.note(workerError("launcher_lost", `There has been no launcher for ${PATIENCE_MS} ms.`));
    },
    firstBox: firstBox.promise,
    counts: () => ({
      boxes: { making: count("making"), prepared: count("idle"), used: count("taken"), leaving: count("leaving") },
      warm: countWarm(),
      warmBytes: memory.held(countWarm()),
      failedBoxes,
    }),
    isHealthy: () => failures < FAILURES_MAX && outage.refusal() === null,
    async close() {
      closed = workerError("closed", "The sandbox is being closed.");
      giveUp(closed);
      outage.close();
      if (retryTimer !== null) clearTimeout(retryTimer);
      if (forgetTimer !== null) clearTimeout(forgetTimer);
      if (scheduled !== null) clearImmediate(scheduled);
      for (const box of [...places.keys()]) box.kill();
      if (places.size > 0) await new Promise<void>((resolve) => (emptied = resolve));
    },
  };
}
