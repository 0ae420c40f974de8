import type { Subscription } from "@nats-io/transport-node";
import type { Broker } from "../../broker/broker.ts";
import { doneSubject } from "../../broker/layout.ts";
import type { Payloads } from "../../broker/payloads.ts";
import { resultSchema } from "../../broker/wire.ts";
import type { ExecutionResult } from "../../domain/execution.ts";
import type { ExecutionId } from "../../domain/ids.ts";

interface Hearing {
  readonly subscription: Subscription;
  readonly waiters: Set<Waiter>;
  readonly sinceMs: number;
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
  /** From then on the end is heard of, once the server has got what was sent so far. */
  listen(id: ExecutionId): Listening;
  /** Tells all processes. */
  tell(result: ExecutionResult): Promise<void>;
  /** Whoever waits for it is told so, in this process. */
  end(id: ExecutionId, end: ExecutionResult | Error): void;
  /** Whoever waits for anything is told so. */
  close(reason: Error): void;
}

/** The word of an end is sent once and kept nowhere: whoever has waited for so long looks for the record, milliseconds. */
const LOOK_EVERY_MS = 2_000;

/** @param options.look finds the result of one that has ended, wherever it is kept. */
export function createHearings(options: {
  readonly broker: Broker;
  readonly payloads: Payloads;
  readonly look: (id: ExecutionId) => Promise<ExecutionResult | undefined>;
}): Hearings {
  const { broker, payloads, look } = options;
  const { connection } = broker;
  const hearings = new Map<ExecutionId, Hearing>();
  let isLooking = false;

  function open(id: ExecutionId): Hearing {
    const subscription = connection.subscribe(doneSubject(id), {
      callback: (error, message) => {
        if (error === null) void hear(id, message.data);
      },
    });
    const hearing: Hearing = { subscription, waiters: new Set(), sinceMs: performance.now() };
    hearings.set(id, hearing);
    return hearing;
  }

  async function hear(id: ExecutionId, data: Uint8Array): Promise<void> {
    try {
      end(id, await payloads.unpack(resultSchema, data));
    } catch {
      // Whoever it came from, the record is what counts, and it is looked for soon.
    }
  }

  function end(id: ExecutionId, how: ExecutionResult | Error): void {
    const hearing = hearings.get(id);
    if (hearing === undefined) return;
    stopHearing(id, hearing);
    for (const { resolve, reject } of hearing.waiters) {
      if (how instanceof Error) reject(how);
      else resolve(how);
    }
  }

  function stopHearing(id: ExecutionId, { subscription }: Hearing): void {
    hearings.delete(id);
    if (!connection.isClosed()) subscription.unsubscribe();
  }

  async function lookForAll(minimumMs: number): Promise<void> {
    if (isLooking || !broker.isConnected()) return;
    isLooking = true;
    try {
      const nowMs = performance.now();
      for (const [id, { sinceMs }] of [...hearings]) {
        if (nowMs - sinceMs < minimumMs) continue;
        const result = await look(id);
        if (result !== undefined) end(id, result);
      }
    } catch {
      // The broker does not answer at this moment: the next look finds what this one has not.
    } finally {
      isLooking = false;
    }
  }

  const timer = setInterval(() => void lookForAll(LOOK_EVERY_MS), LOOK_EVERY_MS);
  broker.onReconnect(() => void lookForAll(0));

  return {
    listen(id) {
      const hearing = hearings.get(id) ?? open(id);
      const { promise, resolve, reject } = Promise.withResolvers<ExecutionResult>();
      const waiter = { resolve, reject };
      hearing.waiters.add(waiter);
      // Whoever has left does not look.
      promise.catch(() => undefined);
      return {
        ended: promise,
        leave() {
          hearing.waiters.delete(waiter);
          if (hearing.waiters.size === 0 && hearings.get(id) === hearing) stopHearing(id, hearing);
        },
      };
    },
    async tell(result) {
      const data = await payloads.pack(resultSchema, result, `result-${result.id}-${crypto.randomUUID()}`);
      if (!connection.isClosed()) connection.publish(doneSubject(result.id), data);
    },
    end,
    close(reason) {
      clearInterval(timer);
      for (const id of [...hearings.keys()]) end(id, reason);
    },
  };
}
