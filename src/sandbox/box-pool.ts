import { type Box, type BoxOwner, createBox } from "./box.ts";
import { createDiskDemand } from "./disk-demand.ts";
import type { LauncherClient } from "./launcher-client.ts";
import type { LaunchError, SandboxLog } from "./sandbox.ts";
import { workerError } from "./stages.ts";
import { createWaitingLine } from "./waiting-line.ts";

/** Boxes made ahead, so that a run finds one ready. */
export interface BoxPool {
  /**
   * A prepared box of this disk size, now the caller's; null when the signal aborted first. Waits its turn while all
   * slots are in use, and for a launcher while there is none.
   * @throws {LaunchError} when boxes cannot be made.
   */
  take(diskBytes: number, signal: AbortSignal | undefined): Promise<Box | null>;
  /** A launcher is there: boxes can be made. */
  launcherFound(): void;
  /** There is no launcher any more; the boxes have been told. */
  launcherLost(): void;
  /** Whether the last attempts to make a box were successful. */
  isHealthy(): boolean;
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

/** Attempts in a row that failed, after which those who wait are told. */
const FAILURES_MAX = 3;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 5_000;
/** How long runs wait for a launcher that went away, milliseconds. */
const LAUNCHER_WAIT_MS = 10_000;

export function createBoxPool(options: BoxPoolOptions): BoxPool {
  const { launcher, slots, inodes, processes, log } = options;
  const demand = createDiskDemand(options);
  /** Every living box, the oldest first. */
  const places = new Map<Box, Place>();
  const line = createWaitingLine();
  let failures = 0;
  /** Set while making boxes rests after a failure. */
  let retryTimer: NodeJS.Timeout | null = null;
  let launcherTimer: NodeJS.Timeout | null = null;
  let scheduled: NodeJS.Immediate | null = null;
  /** Why nobody can get a box at all; null as long as there is hope. */
  let refusal: LaunchError | null = null;
  let emptied: (() => void) | null = null;
  let isClosed = false;

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
      if (places.get(box) === "making") places.set(box, "idle");
      balance();
    },
    failed(box, error) {
      places.set(box, "leaving");
      rest(error);
    },
    destroyed(box) {
      places.delete(box);
      if (isClosed && places.size === 0) emptied?.();
      balance();
    },
  };

  /** Nothing is made for a while, longer after each failure; those that come while it rests are of the same attempt. */
  function rest(error: LaunchError): void {
    if (isClosed) return;
    if (retryTimer === null) failures++;
    log.warn({ stage: error.stage, errno: error.errno, failures }, `a box is not ready: ${error.message}`);
    if (failures >= FAILURES_MAX) line.reject(error);
    retryTimer ??= setTimeout(
      () => {
        retryTimer = null;
        balance();
      },
      Math.min(RETRY_MIN_MS * 2 ** (failures - 1), RETRY_MAX_MS),
    );
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
    if (isClosed) return;
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
      if (launcherTimer !== null) clearTimeout(launcherTimer);
      launcherTimer = refusal = null;
      failures = 0;
      balance();
    },
    launcherLost() {
      if (isClosed) return;
      launcherTimer ??= setTimeout(() => {
        refusal = workerError("launcher_lost", `There has been no launcher for ${LAUNCHER_WAIT_MS} ms.`);
        line.reject(refusal);
      }, LAUNCHER_WAIT_MS);
    },
    isHealthy: () => failures < FAILURES_MAX,
    async close() {
      isClosed = true;
      refusal = workerError("closed", "The sandbox is being closed.");
      line.reject(refusal);
      for (const timer of [retryTimer, launcherTimer]) if (timer !== null) clearTimeout(timer);
      if (scheduled !== null) clearImmediate(scheduled);
      for (const box of [...places.keys()]) box.kill();
      if (places.size > 0) await new Promise<void>((resolve) => (emptied = resolve));
    },
  };
}
