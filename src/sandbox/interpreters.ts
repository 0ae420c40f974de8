import type { Box } from "./box.ts";
import type { LauncherClient } from "./launcher-client.ts";
import type { LaunchError, SandboxLog } from "./sandbox.ts";
import { workerError } from "./stages.ts";
import { type WarmStart, zygotesOf } from "./warm-start.ts";
import { encodeRetire, NO_ZYGOTE } from "./wire.ts";

/** The interpreters that are booted ahead: which are on their way to their gate, and which are left alone for a while. */
export interface Interpreters {
  /** The zygote that gives birth to the process of a box, counted from 1, or {@link NO_ZYGOTE}. From now on there may be one. */
  zygoteFor(start: WarmStart | null): number;
  /** One is on its way to its gate in this box; `tooLong` is called when it does not come. */
  expect(box: Box, start: WarmStart): void;
  /** It has come, or is not waited for any more. */
  settle(box: Box): void;
  /** It has failed: its runs start cold for a while. */
  bench(start: WarmStart, error: LaunchError): void;
  /** Whether the box was to have its process from a zygote that has been ended since: that it fails says nothing of its kind. */
  isOrphan(box: Box): boolean;
  isBenched(start: WarmStart): boolean;
  /** Ends the zygotes of all others. */
  keep(starts: ReadonlySet<WarmStart | null>): void;
  /** There is another launcher, without any zygote. */
  forget(): void;
}

/** How long an interpreter may take to its gate, milliseconds; a zygote less than the watchdog gives the launcher, which owes the box meanwhile. */
const BOOT_MS: Readonly<Record<WarmStart["way"], number>> = { fork: 8_000, boot: 30_000 };
/** How long an interpreter is left alone that did not come to its gate, milliseconds. */
const BENCHED_MS = 60_000;

export function createInterpreters(options: {
  readonly launcher: Pick<LauncherClient, "send">;
  /** Those of the plan that the launcher has. */
  readonly warmStarts: readonly WarmStart[];
  readonly log: SandboxLog;
  /** There are no zygotes of it any more. */
  readonly retired: (start: WarmStart) => void;
  readonly tooLong: (box: Box, start: WarmStart, error: LaunchError) => void;
}): Interpreters {
  const { launcher, log, tooLong } = options;
  const zygotes = zygotesOf(options.warmStarts);
  /** Of the boxes in which one is on its way. */
  const timers = new Map<Box, NodeJS.Timeout>();
  /** By its id: until when it is left alone. */
  const benched = new Map<string, number>();
  /** The zygotes that the launcher may have. */
  const inUse = new Set<WarmStart>();
  const orphans = new WeakSet<Box>();

  function retire(start: WarmStart): void {
    if (!inUse.delete(start)) return;
    for (const box of timers.keys()) if (box.kind.warm === start) orphans.add(box);
    launcher.send(encodeRetire(zygotes.indexOf(start) + 1));
    options.retired(start);
  }

  return {
    zygoteFor(start) {
      if (start?.way !== "fork") return NO_ZYGOTE;
      inUse.add(start);
      return zygotes.indexOf(start) + 1;
    },
    expect(box, start) {
      const mostMs = BOOT_MS[start.way];
      const giveUp = () => tooLong(box, start, workerError("boot", `It did not come to its gate within ${mostMs} ms.`));
      timers.set(box, setTimeout(giveUp, mostMs));
    },
    settle(box) {
      clearTimeout(timers.get(box));
      timers.delete(box);
    },
    bench(start, error) {
      const { stage, errno, message } = error;
      log.warn({ warmStart: start.id, stage, errno }, `it is not booted ahead: ${message}`);
      benched.set(start.id, performance.now() + BENCHED_MS);
      retire(start); // it may hang
    },
    isOrphan: (box) => orphans.has(box),
    isBenched: ({ id }) => (benched.get(id) ?? Number.NEGATIVE_INFINITY) > performance.now(),
    keep(starts) {
      for (const start of inUse) if (!starts.has(start)) retire(start);
    },
    forget() {
      for (const start of inUse) options.retired(start);
      inUse.clear();
    },
  };
}
