import type { Subscription } from "@nats-io/transport-node";
import type { Broker } from "../../broker/broker.ts";
import { recordSubject } from "../../broker/layout.ts";
import type { Payloads } from "../../broker/payloads.ts";
import { recordSchema } from "../../broker/wire.ts";
import type { ExecutionResult } from "../../domain/execution.ts";
import type { ExecutionId } from "../../domain/ids.ts";

interface Hearing {
  readonly waiters: Set<Waiter>;
  /** When its record is looked at next, milliseconds of `performance.now()`, and after what pause. */
  lookAtMs: number;
  pauseMs: number;
}

interface Waiter {
  readonly resolve: (result: ExecutionResult) => void;
  readonly reject: (reason: unknown) => void;
}

interface Listening {
  /** Rejects when the execution is withdrawn, and when everything is closed. */
  readonly ended: Promise<ExecutionResult>;
  /** Nobody waits for it any more. */
  leave(): void;
}

/** Who waits in this process for the end of an execution, and how it is told of. */
export interface Hearings {
  /** From then on ends are heard of, once the server has got what was sent so far. `listen` does it as well. */
  open(): void;
  /** From then on the end is heard of, once the server has got what was sent so far. */
  listen(id: ExecutionId): Listening;
  /** Whoever waits for it is told so, in this process. */
  end(id: ExecutionId, end: ExecutionResult | Error): void;
  /** Whoever waits for anything is told so. */
  close(reason: Error): void;
}

/**
 * The word of an end is kept nowhere: whoever has waited for so long looks at the record, and again after twice as long each
 * time. A word that was lost with a connection is made good sooner than that.
 */
const FIRST_LOOK_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * @param options.look finds the result of one that has ended, wherever it is kept.
 * @param options.isAwaited whether `onEnd` is to hear of this execution's end, though nobody listens for it here.
 */
export function createHearings(options: {
  readonly broker: Broker;
  readonly payloads: Payloads;
  readonly look: (id: ExecutionId) => Promise<ExecutionResult | undefined>;
  readonly isAwaited: (id: ExecutionId) => boolean;
  readonly onEnd: (id: ExecutionId) => void;
}): Hearings {
  const { broker, payloads, look, isAwaited, onEnd } = options;
  const { connection } = broker;
  const hearings = new Map<ExecutionId, Hearing>();
  const prefixLength = recordSubject("*").length - 1;
  let subscription: Subscription | null = null;
  let isLooking = false;

  /** One subscription for all: one for each would be news for every server of a cluster, twice for each execution. */
  function open(): void {
    if (connection.isClosed()) return;
    subscription ??= connection.subscribe(recordSubject("*"), {
      callback: (error, message) => {
        if (error !== null) return;
        const id = message.subject.slice(prefixLength) as ExecutionId;
        if (hearings.has(id) || isAwaited(id)) void hear(id, message.data);
      },
    });
  }

  async function hear(id: ExecutionId, data: Uint8Array): Promise<void> {
    try {
      const { state } = await payloads.unpack(recordSchema, data);
      if (state.kind !== "done") return;
      onEnd(id);
      end(id, state.result);
    } catch {
      // Whoever it came from, the record is what counts, and it is looked at soon.
    }
  }

  function end(id: ExecutionId, how: ExecutionResult | Error): void {
    const hearing = hearings.get(id);
    if (hearing === undefined) return;
    hearings.delete(id);
    for (const { resolve, reject } of hearing.waiters) {
      if (how instanceof Error) reject(how);
      else resolve(how);
    }
  }

  async function lookWhereDue(): Promise<void> {
    if (isLooking || !broker.isConnected()) return;
    isLooking = true;
    try {
      for (const [id, hearing] of [...hearings]) {
        if (hearing.lookAtMs > performance.now()) continue;
        hearing.pauseMs = Math.min(2 * hearing.pauseMs, LONGEST_PAUSE_MS);
        hearing.lookAtMs = performance.now() + hearing.pauseMs;
        const result = await look(id);
        if (result !== undefined) end(id, result);
      }
    } catch {
      // The broker does not answer at this moment: the next look finds what this one has not.
    } finally {
      isLooking = false;
    }
  }

  const timer = setInterval(lookWhereDue, FIRST_LOOK_MS);
  broker.onReconnect(() => {
    for (const hearing of hearings.values()) hearing.lookAtMs = 0;
    void lookWhereDue();
  });

  return {
    open,

    listen(id) {
      open();
      const hearing = hearings.get(id) ?? {
        waiters: new Set(),
        lookAtMs: performance.now() + FIRST_LOOK_MS,
        pauseMs: FIRST_LOOK_MS,
      };
      hearings.set(id, hearing);
      const { promise, resolve, reject } = Promise.withResolvers<ExecutionResult>();
      const waiter = { resolve, reject };
      hearing.waiters.add(waiter);
      // Whoever has left does not look.
      promise.catch(() => undefined);
      return {
        ended: promise,
        leave() {
          hearing.waiters.delete(waiter);
          if (hearing.waiters.size === 0 && hearings.get(id) === hearing) hearings.delete(id);
        },
      };
    },

    end,

    close(reason) {
      clearInterval(timer);
      if (!connection.isClosed()) subscription?.unsubscribe();
      for (const id of [...hearings.keys()]) end(id, reason);
    },
  };
}
