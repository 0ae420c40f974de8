import { type Box, type BoxOwner, createBox } from "./box.ts";
import { createDiskDemand } from "./disk-demand.ts";
import type { LauncherClient } from "./launcher-client.ts";
import { createOutage } from "./outage.ts";
import type { LaunchError, SandboxCounts, SandboxLog } from "./sandbox.ts";
import { workerError } from "./stages.ts";
import { createWaitingLine } from "./waiting-line.ts";

/** Boxes made ahead, so that a run finds one ready. */
export interface BoxPool {
  /**
   * A prepared box of this disk size, now the caller's; null when the signal aborted first. Waits its turn while all
   * slots are in use, and a while for better times when there is no launcher or boxes cannot be made.
   * @throws {LaunchError} when there has been no box to be had for that long.
   */
  take(diskBytes: number, signal: AbortSignal | undefined): Promise<Box | null>;
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
  counts(): Pick<SandboxCounts, "boxes" | "failedBoxes">;
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
  readonly log: SandboxLog;
}

/** `making` and `idle` are the pool's, `taken` a run's, `leaving` nobody's. All of them need a lane. */
type Place = "making" | "idle" | "taken" | "leaving";

/** Attempts in a row that failed, after which nobody new is asked to wait. */
const FAILURES_MAX = 3;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 5_000;
/** How long runs wait for a launcher that went away, or for boxes that cannot be made, milliseconds. */
const PATIENCE_MS = 10_000;

export function createBoxPool(options: BoxPoolOptions): BoxPool {
  const { launcher, slots, inodes, processes, log } = options;
  const demand = createDiskDemand(options);
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
  /** Set when the pool is closed. */
  let closed: LaunchError | null = null;
  let emptied: (() => void) | null = null;

  function count(place: Place, diskBytes?: number): number {
    let found = 0;
    for (const [box, at] of places) {
      if (at === place && (diskBytes === undefined || box.size.diskBytes === diskBytes)) found++;
    }
    return found;
  }

  function findIdle(fits: (diskBytes: number) => boolean): Box | undefined {
    for (const [box, at] of places) if (at === "idle" && fits(box.size.diskBytes)) return box;
    return undefined;
  }

  function claim(diskBytes: number): Box | undefined {
    // While a launcher's loss is being told box by box, those that do not know it yet still look idle.
    if (count("taken") >= slots || launcher.lanes() === 0) return undefined;
    const box = findIdle((bytes) => bytes === diskBytes);
    if (box !== undefined) places.set(box, "taken");
    return box;
  }

  const owner: BoxOwner = {
    prepared(box) {
      failures = 0;
      outage.end();
      firstBox.resolve();
      if (places.get(box) === "making") places.set(box, "idle");
      balance();
    },
    failed(box, error) {
      failedBoxes += 1;
      places.set(box, "leaving");
      rest(error);
    },
    destroyed(box) {
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

  function make(diskBytes: number): void {
    places.set(createBox(launcher, { diskBytes, inodes, processes }, owner), "making");
  }

  function discard(box: Box): void {
    places.set(box, "leaving");
    box.kill();
  }

  function countComing(diskBytes: number): number {
    return count("idle", diskBytes) + count("making", diskBytes);
  }

  /**
   * Makes what those who are next in line lack, in place of an idle box where lanes are short. Their boxes are made while
   * they still wait for a slot: otherwise whoever asks for the usual size would overtake them again and again.
   */
  function makeForWaiters(): void {
    if (line.isEmpty()) return;
    const wanted = new Map<number, number>();
    for (const diskBytes of line.sizes().slice(0, slots)) wanted.set(diskBytes, (wanted.get(diskBytes) ?? 0) + 1);
    let roomComing = count("leaving");
    for (const [diskBytes, needed] of wanted) {
      for (let lacking = needed - countComing(diskBytes); lacking > 0; lacking--) {
        if (canMake()) make(diskBytes);
        else if (roomComing > 0) roomComing--;
        else {
          const spare = findIdle((bytes) => !wanted.has(bytes));
          if (spare !== undefined) discard(spare);
        }
      }
    }
  }

  /** Brings what stands ready to what recent runs ask for. */
  function refill(): void {
    const targets = demand.targets();
    for (const [box, at] of places) {
      const { diskBytes } = box.size;
      const isSpare = at === "idle" && count("idle", diskBytes) > (targets.get(diskBytes) ?? 0);
      if (isSpare && !line.sizes().includes(diskBytes)) discard(box);
    }
    for (const [diskBytes, target] of targets) {
      for (let ready = countComing(diskBytes); ready < target && canMake(); ready++) make(diskBytes);
    }
  }

  function balance(): void {
    if (closed !== null) return;
    if (line.serve(claim))
      schedule(); // those who were served start first
    else if (retryTimer === null) {
      makeForWaiters();
      refill();
    }
  }

  function schedule(): void {
    scheduled ??= setImmediate(() => {
      scheduled = null;
      balance();
    });
  }

  /** Making a box takes processor time that the run it was taken for needs: while half are left it waits for its end. */
  function scheduleIfLow(diskBytes: number): void {
    if (count("idle", diskBytes) * 2 < (demand.targets().get(diskBytes) ?? 0)) schedule();
  }

  return {
    async take(diskBytes, signal) {
      const refusal = closed ?? outage.refusal();
      if (refusal !== null) throw refusal;
      demand.note(diskBytes);
      const box = line.isEmpty() ? claim(diskBytes) : undefined;
      if (box === undefined) {
        const turn = line.join(diskBytes, signal);
        balance();
        return turn;
      }
      scheduleIfLow(diskBytes);
      return box;
    },
    launcherFound() {
      failures = 0;
      balance();
    },
    launcherLost() {
      if (closed === null)
        outage.note(workerError("launcher_lost", `There has been no launcher for ${PATIENCE_MS} ms.`));
    },
    firstBox: firstBox.promise,
    counts: () => ({
      boxes: { making: count("making"), prepared: count("idle"), used: count("taken"), leaving: count("leaving") },
      failedBoxes,
    }),
    isHealthy: () => failures < FAILURES_MAX && outage.refusal() === null,
    async close() {
      closed = workerError("closed", "The sandbox is being closed.");
      giveUp(closed);
      outage.close();
      if (retryTimer !== null) clearTimeout(retryTimer);
      if (scheduled !== null) clearImmediate(scheduled);
      for (const box of [...places.keys()]) box.kill();
      if (places.size > 0) await new Promise<void>((resolve) => (emptied = resolve));
    },
  };
}
