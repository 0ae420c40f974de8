import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../domain/clock.ts";
import { EngineError } from "../domain/errors.ts";
import type { Execution, ExecutionResult } from "../domain/execution.ts";
import type { NodeId } from "../domain/ids.ts";
import type { Isolation } from "../domain/node.ts";
import type { Requirement } from "../domain/requirement.ts";
import type { Engine, ExecutionOutcome } from "../engine/engine.ts";
import type { Events } from "../events/events.ts";
import { type Lease, LeaseLost, type Queue } from "../queue/queue.ts";
import type { Start, Store } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { NO_TRACING, type Span, type Tracing, traced } from "../telemetry/tracing.ts";

/** Takes jobs from a queue and has an engine run them, at most one in each slot. */
export interface Worker {
  readonly slots: number;
  /** Slots with a job in them now. */
  busySlots(): number;
  /** Takes no more jobs, and kills what runs: each such job is handed back unharmed, unless it was cancelled. */
  abandon(): void;
  /** Takes no more jobs, and resolves when those that run have ended. */
  close(): Promise<void>;
}

/** What a start comes to, where the job is to be run. */
type Granted = Pick<Start & { readonly kind: "run" }, "attempt" | "isKept">;

/** A run of a job, begun. */
interface Run {
  /** How long it had waited. */
  readonly queuedMs: number;
  /** Of its client's request. */
  readonly trace: Pick<Span, "child">;
  /** Never rejects. */
  readonly outcome: Promise<ExecutionOutcome>;
}

/** One whose start is recorded. */
type Started = Run & Granted & { readonly kind: "run" };

/** How soon it is tried again to store a result for which there was no room, milliseconds. */
const FULL_STORE_MS = 5_000;

/**
 * Starts taking jobs at once.
 * @param options.onBug hears of an error that is no outcome and no failure of a box: the engine's or the queue's code is
 * wrong. The job gets an `internal_error`; it is for the caller to let the process drain.
 */
export function createWorker(options: {
  readonly queue: Pick<Queue, "take">;
  readonly store: Pick<Store, "start" | "handBack" | "complete">;
  /** What this worker has; it gets no job that requires anything else. */
  readonly offers: ReadonlySet<Requirement>;
  readonly engine: Engine;
  /** Where it is told what happens to executions that somebody may follow. */
  readonly events?: Pick<Events, "progressOf">;
  readonly slots: number;
  readonly nodeId: NodeId;
  /** How well the engine's boxes hold. */
  readonly isolation: Isolation;
  readonly clock: Clock;
  readonly log: Pick<Log, "error">;
  readonly telemetry: Pick<Telemetry, "executionEnded" | "jobRedelivered" | "leaseLost" | "bugFound">;
  readonly tracing?: Pick<Tracing, "follow">;
  readonly onBug: (error: unknown) => void;
}): Worker {
  const { queue, store, offers, engine, slots, nodeId, isolation, clock, log, telemetry, onBug } = options;
  const { tracing = NO_TRACING, events } = options;
  const draining = new AbortController();
  const abandoning = new AbortController();
  let busy = 0;

  function report(error: unknown, message: string, id?: string): void {
    log.error({ err: error, id }, message);
    telemetry.bugFound("worker");
    onBug(error);
  }

  /** Where the store cannot be reached, the job comes again: to another worker, or to this one. */
  function reportLost(error: unknown, id: string): void {
    const message = "a job could not be brought to its end here: it comes again, unless another has it";
    if (error instanceof EngineError) log.error({ err: error, id }, message);
    else report(error, message, id);
  }

  async function execute(
    { job, cancelled }: Lease,
    { isKept }: Granted,
    { span, refused }: { readonly span: Span; readonly refused: AbortSignal },
  ): Promise<ExecutionOutcome> {
    const { id } = job.execution;
    const over = Promise.withResolvers<void>();
    const kill = new AbortController();
    const onAbort = ({ target }: Event) => kill.abort((target as AbortSignal).reason);
    const causes = [cancelled, abandoning.signal, refused];
    for (const signal of causes) signal.addEventListener("abort", onAbort, { once: true });
    if (causes.some((signal) => signal.aborted)) kill.abort();
    try {
      return await engine.execute(job.execution, {
        signal: kill.signal,
        span,
        progress: (isKept && events?.progressOf(id, nodeId, over.promise)) || null,
      });
    } catch (error) {
      report(error, "an execution failed by a bug", id);
      return { status: "internal_error", compile: null, run: null };
    } finally {
      for (const signal of causes) signal.removeEventListener("abort", onAbort);
      over.resolve();
    }
  }

  async function work(lease: Lease): Promise<void> {
    const { submitter } = lease.job;
    const start = await startRun(lease);
    if (start.kind === "ended") telemetry.executionEnded(start.result, submitter);
    if (start.kind === "run" && start.attempt > 1) telemetry.jobRedelivered();
    if (start.kind === "run" && !(await finish(lease, start))) await lease.handBack();
    else await lease.ack();
  }

  /** Has a start recorded, and the job run if that was granted: meanwhile already, where it surely will be. */
  async function startRun(lease: Lease): Promise<Exclude<Start, { kind: "run" }> | Started> {
    const refused = new AbortController();
    const recorded = keepLease(lease, store.start(lease.job, nodeId));
    const ahead = lease.mayRunAhead ? run(lease, { attempt: 1, isKept: false }, refused.signal) : null;
    let start: Start | null = null;
    try {
      start = await recorded;
    } finally {
      if (start?.kind !== "run") {
        refused.abort();
        await ahead?.outcome;
      }
    }
    return start.kind === "run" ? { ...start, ...(ahead ?? run(lease, start, refused.signal)) } : start;
  }

  function run(lease: Lease, granted: Granted, refused: AbortSignal): Run {
    const { execution, acceptedAtMs, traceparent = null } = lease.job;
    const queuedMs = clock.nowMs() - acceptedAtMs;
    const trace = tracing.follow(traceparent);
    trace.child("queue", { beganAtMs: acceptedAtMs }).end();
    const span = trace.child("execute", {
      attributes: { ...nameOf(execution), node: nodeId, attempt: granted.attempt },
    });
    const outcome = keepLease(lease, execute(lease, granted, { span, refused })).then((ended) => {
      if (lease.cancelled.reason instanceof LeaseLost) telemetry.leaseLost();
      span.end({ attributes: { status: ended.status }, isError: ended.status === "internal_error" });
      return ended;
    });
    return { queuedMs, trace, outcome };
  }

  /** @returns false for one that is to be handed back: it was killed, and not because of itself or its client. */
  async function finish(lease: Lease, { attempt, queuedMs, trace, outcome: ending }: Started): Promise<boolean> {
    const { execution, submitter, acceptedAtMs } = lease.job;
    const outcome = await ending;
    if (outcome.status === "cancelled" && !isUnwanted(lease)) {
      await store.handBack(execution.id, attempt);
      return false;
    }
    const result: ExecutionResult = {
      id: execution.id,
      status: outcome.status,
      language: execution.language,
      version: execution.version,
      compile: outcome.compile,
      run: outcome.run,
      queuedMs,
      totalMs: clock.nowMs() - acceptedAtMs,
      node: nodeId,
      isolation,
    };
    if (await traced(trace, "result", () => keepLease(lease, complete(result, attempt))))
      telemetry.executionEnded(result, submitter);
    return true;
  }

  /** Stores a result, as soon as there is room for it: the slot stays taken until then. */
  async function complete(result: ExecutionResult, attempt: number): Promise<boolean> {
    for (;;) {
      try {
        return await store.complete(result.id, attempt, result);
      } catch (error) {
        if (!(error instanceof EngineError && error.code === "store_full") || abandoning.signal.aborted) throw error;
        log.error({ err: error, id: result.id }, "a result waits for room in the store");
        await delay(FULL_STORE_MS, undefined, { signal: abandoning.signal }).catch(() => undefined);
      }
    }
  }

  /** Extends the lease until the work is done. */
  async function keepLease<Done>(lease: Lease, done: Promise<Done>): Promise<Done> {
    const { extendEveryMs } = lease;
    if (extendEveryMs === null) return done;
    const { id } = lease.job.execution;
    const extend = () => lease.extend().catch((err: unknown) => log.error({ err, id }, "a lease cannot be extended"));
    const timer = setInterval(extend, extendEveryMs);
    return done.finally(() => clearInterval(timer));
  }

  async function fillSlot(): Promise<void> {
    while (!draining.signal.aborted) {
      let lease: Lease;
      try {
        lease = await queue.take({ signal: draining.signal, offers });
      } catch (error) {
        if (!draining.signal.aborted) report(error, "no job could be taken");
        return;
      }
      busy += 1;
      try {
        await work(lease);
      } catch (error) {
        reportLost(error, lease.job.execution.id);
      } finally {
        busy -= 1;
      }
    }
  }

  const loops = Array.from({ length: slots }, fillSlot);
  return {
    slots,
    busySlots: () => busy,
    abandon() {
      draining.abort(new Error("the worker is draining"));
      abandoning.abort(new Error("the worker ends at once"));
    },
    async close() {
      draining.abort(new Error("the worker is draining"));
      await Promise.all(loops);
    },
  };
}

function nameOf({ id, language, version }: Execution) {
  return { id, language, version };
}

/** Whether somebody cancelled the job. */
function isUnwanted({ cancelled }: Lease): boolean {
  return cancelled.aborted && !(cancelled.reason instanceof LeaseLost);
}
