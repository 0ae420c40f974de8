import type { BoxKind } from "./box-kind.ts";
import { type Collected, type Collection, collectFiles } from "./collect-files.ts";
import type { LauncherClient } from "./launcher-client.ts";
import { type RunFeed, startFeeding } from "./run-feed.ts";
import { causeOf, NOTHING_COLLECTED, neverStarted, type Output, toRunReport } from "./run-report.ts";
import type { LaunchError, RunReport, RunSpec } from "./sandbox.ts";
import { encodeScript } from "./script-records.ts";
import { launcherError, workerError } from "./stages.ts";
import { bootScript, type WarmStart } from "./warm-start.ts";
import {
  type BoxEvent,
  type BoxSize,
  type ExitReport,
  encodeBare,
  encodeHeader,
  encodePrepare,
  type MeasuredEvent,
  ProtocolError,
  REQUEST,
} from "./wire.ts";

/**
 * A box at the worker's end, from `PREPARE` to `DESTROYED`. It serves one run.
 *
 * making → (booting →) prepared → running → ending → gone; any of them may be cut short by `FAILED`, a kill, or the launcher's end.
 */
export interface Box {
  readonly kind: BoxKind;
  /**
   * Runs a program in a box that is prepared. Call it once.
   * @throws {LaunchError} when the program was not started or the box was lost.
   */
  run(spec: RunSpec): Promise<RunReport>;
  /** Ends the box in whatever state it is. A run in it ends as killed. */
  kill(): void;
}

/** Who asked for a box learns what becomes of it. */
export interface BoxOwner {
  prepared(box: Box): void;
  /** It could not be made, or died before it was used. `destroyed` follows. */
  failed(box: Box, error: LaunchError): void;
  /** What waits in it was measured, before it stands ready. */
  measured(box: Box, measured: MeasuredEvent): void;
  /** Nothing of it is left; for a lost launcher: nothing that the worker could still speak to. */
  destroyed(box: Box): void;
}

interface ActiveRun extends Output {
  readonly spec: RunSpec;
  readonly feed: RunFeed;
  exited: ExitReport | null;
  collection: Collection | null;
  readonly resolve: (report: RunReport) => void;
  readonly reject: (error: LaunchError) => void;
}

export interface BoxOptions extends Omit<BoxSize, "diskBytes"> {
  readonly launcher: Pick<LauncherClient, "add" | "send">;
  readonly kind: BoxKind;
  /** Which of the plan's zygotes gives birth to the process in it, counted from 1. */
  readonly zygote: number;
  readonly owner: BoxOwner;
}

export function createBox({ launcher, kind, zygote, owner, inodes, processes }: BoxOptions): Box {
  const { diskBytes, warm } = kind;
  let state: "making" | "booting" | "prepared" | "running" | "ending" | "gone" = "making";
  let active: ActiveRun | null = null;
  let wasKilled = false;
  /** Never by what is left to do when nobody waits for it any more: removing may take its time. */
  let owedFromMs = performance.now();

  const number = launcher.add({ receive, owedFromMs: () => owedFromMs, lose });
  const box: Box = { kind, run, kill };
  launcher.send(encodePrepare(number, { diskBytes, inodes, processes }, zygote));

  /** A small script, within the credit. */
  function boot(start: WarmStart): void {
    state = "booting";
    owedFromMs = Number.POSITIVE_INFINITY; // it is the interpreter that takes its time
    const { body, bodyBytes, end: last } = encodeScript(bootScript(start));
    launcher.send(encodeHeader(REQUEST.load, number, bodyBytes + last.length), ...body, last);
  }

  function stand(): void {
    state = "prepared";
    owedFromMs = Number.POSITIVE_INFINITY;
    owner.prepared(box);
  }

  function run(spec: RunSpec): Promise<RunReport> {
    if (state !== "prepared") return Promise.reject(diedAlone());
    state = "running";
    owedFromMs = performance.now() + spec.limits.wallMs;
    return new Promise((resolve, reject) => {
      const feed = startFeeding(number, spec, warm, launcher.send);
      active = { spec, feed, stdout: [], stderr: [], exited: null, collection: null, resolve, reject };
    });
  }

  function kill(): void {
    if (wasKilled || state === "ending" || state === "gone") return;
    wasKilled = true;
    // Of an interpreter that did not come the launcher still has to say the end: else it is itself what hangs.
    if (state === "running" || state === "booting") owedFromMs = performance.now();
    else if (warm === null || state !== "making") owedFromMs = Number.POSITIVE_INFINITY;
    launcher.send(encodeBare("kill", number));
  }

  function receive(event: BoxEvent): void {
    if (event.kind === "destroyed") end();
    else if (event.kind === "failed" && state !== "ending" && !active?.exited) fail(launcherError(event));
    else if (event.kind === "prepared" && state === "making") {
      if (warm?.way === "boot") boot(warm);
      else stand();
    } else if (event.kind === "booted" && state === "booting") stand();
    else if (event.kind === "measured" && warm !== null && (state === "making" || state === "booting"))
      owner.measured(box, event);
    else if (event.kind === "credit" && state === "booting")
      return; // the boot script's; a run starts with all of it
    else if (active === null) throw new ProtocolError(`Unexpected ${event.kind} of a box without a run`);
    else receiveOfRun(active, event);
  }

  function receiveOfRun(current: ActiveRun, event: BoxEvent): void {
    if (event.kind === "stdout" || event.kind === "stderr") {
      current[event.kind].push(event.bytes);
      current.spec.onOutput?.(event.kind, event.bytes);
    } else if (event.kind === "credit") current.feed.returnCredit(event.channel, event.bytes);
    else if (event.kind === "exited" && current.exited === null) {
      current.exited = event.report;
      owedFromMs = performance.now();
      exit(current, event.report);
    } else if (current.collection !== null) current.collection.receive(event);
    else throw new ProtocolError(`Unexpected ${event.kind} of a running box`);
  }

  function exit(current: ActiveRun, report: ExitReport): void {
    const cause = causeOf(report);
    const { collect } = current.spec;
    if (collect !== null && cause !== "lost" && cause !== "killed" && !wasKilled) {
      current.collection = collectFiles(number, collect, launcher.send, (collected) => {
        launcher.send(encodeBare("release", number));
        settle(current, report, collected);
      });
      return;
    }
    if (collect !== null) launcher.send(encodeBare("release", number)); // it was kept for nothing
    settle(current, report, NOTHING_COLLECTED);
  }

  function settle(current: ActiveRun, report: ExitReport, collected: Collected): void {
    const cause = causeOf(report);
    takeUnfinished();
    owedFromMs = Number.POSITIVE_INFINITY;
    state = "ending";
    if (cause === "lost") current.reject(workerError("box_lost", "Something outside ended the box."));
    else current.resolve(toRunReport(report, cause, current, collected, warm !== null));
  }

  function fail(error: LaunchError): void {
    const current = takeUnfinished();
    owedFromMs = Number.POSITIVE_INFINITY;
    state = "ending";
    if (current === null) owner.failed(box, error);
    else if (wasKilled) current.resolve(neverStarted());
    else current.reject(error);
  }

  /** What was still under way when the box ended. */
  function takeUnfinished(): ActiveRun | null {
    const current = active;
    active = null;
    return current;
  }

  function end(): void {
    const wasUnused = state === "making" || state === "booting" || state === "prepared";
    const current = takeUnfinished();
    state = "gone";
    if (current !== null && wasKilled) current.resolve(killedReport(current, warm !== null));
    else if (current !== null) current.reject(diedAlone());
    else if (wasUnused && !wasKilled) owner.failed(box, diedAlone());
    owner.destroyed(box);
  }

  function lose(error: LaunchError): void {
    const current = takeUnfinished();
    state = "gone";
    current?.reject(error);
    owner.destroyed(box);
  }

  return box;
}

function diedAlone(): LaunchError {
  return workerError("box_lost", "The box died and nobody here ended it.");
}

/** Killed before the program started, or after it ended, while its files were being collected. */
function killedReport(run: ActiveRun, isWarm: boolean): RunReport {
  return run.exited === null ? neverStarted() : toRunReport(run.exited, "killed", run, NOTHING_COLLECTED, isWarm);
}
