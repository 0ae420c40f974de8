import { setTimeout as delay } from "node:timers/promises";
import type { Msg, Subscription } from "@nats-io/transport-node";
import type { z } from "zod";
import type { Broker } from "../../broker/broker.ts";
import { eventsSubject, toldSubject } from "../../broker/layout.ts";
import type { Payloads } from "../../broker/payloads.ts";
import { nextEventSchema, toldSchema } from "../../broker/wire.ts";
import type { ExecutionId, NodeId } from "../../domain/ids.ts";
import { nextOf } from "../event-log.ts";
import { createEventLogs, ONE_LOG_BYTES, toProgress } from "../event-logs.ts";
import type { Events, ReadUpTo, Told } from "../events.ts";

/** How long a worker keeps a question for which it has no event yet, and how long its answer may take in all, milliseconds. */
const WAIT_MS = 2_000;
const ANSWER_MS = 4_000;

/** How soon it is looked again who runs an execution, and how rarely at the end, milliseconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** An execution is started three times at most, and each time has as much to tell. What is told above that is made up. */
const MOST_TOLD_BYTES = 3 * ONE_LOG_BYTES;
const ENTRY_BYTES = 256;

/** What everybody has had who was told that it is queued: no worker's log. */
const QUEUED: ReadUpTo = { key: "0", entry: 1, byte: 0 };

/**
 * Where executions run elsewhere: the worker keeps the log, and whoever follows asks it for the next event, over the broker. So
 * nothing is sent that nobody reads, a reader gets it at a pace of its own, and of a question that was lost nothing is lost
 * but time. Who runs an execution, its record says.
 * @param options.findNode who runs an execution, or has run it; null for nobody yet.
 */
export function createNatsEvents(options: {
  readonly broker: Broker;
  readonly payloads: Payloads;
  readonly findNode: (id: ExecutionId) => Promise<NodeId | null>;
}): Events {
  const { broker, payloads, findNode } = options;
  const { connection } = broker;
  const logs = createEventLogs();
  let subscription: Subscription | null = null;

  /** Gateways alone have nothing to tell, and may not listen. */
  function listen(node: NodeId): void {
    subscription ??= connection.subscribe(eventsSubject(node), {
      callback: (error, message) => {
        // Whoever gets no answer asks again.
        if (error === null) answer(message).catch(() => undefined);
      },
    });
  }

  async function answer(message: Msg): Promise<void> {
    const { id, after, waitMs } = await payloads.unpack(nextEventSchema, message.data);
    const isWorthWaiting = waitMs > 0 && logs.isOpen(id);
    const patience = isWorthWaiting ? AbortSignal.timeout(Math.min(waitMs, WAIT_MS)) : AbortSignal.abort();
    const told = await nextOf(logs.find(id), after, patience);
    message.respond(
      await payloads.pack(toldSchema, { told, isOpen: logs.isOpen(id) }, `event-${id}-${crypto.randomUUID()}`),
    );
  }

  /** @returns null when that node does not answer, or `patience` has aborted meanwhile. */
  async function ask(
    node: NodeId,
    question: z.output<typeof nextEventSchema>,
    patience: AbortSignal,
  ): Promise<z.output<typeof toldSchema> | null> {
    const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<null>();
    const onAbort = () => interrupt(null);
    patience.addEventListener("abort", onAbort, { once: true });
    try {
      const data = await payloads.pack(nextEventSchema, question, `ask-${question.id}`);
      const answered = connection
        .request(eventsSubject(node), data, { timeout: ANSWER_MS, noMux: true, reply: toldSubject() })
        .then((message) => payloads.unpack(toldSchema, message.data))
        // It has ended, or cannot be reached, or is of another version.
        .catch(() => null);
      return await Promise.race([answered, interrupted]);
    } finally {
      patience.removeEventListener("abort", onAbort);
    }
  }

  return {
    // Its worker begins the log.
    open: () => undefined,

    follow(id) {
      let node: NodeId | null = null;
      let toldBytes = 0;

      async function next(after: ReadUpTo, patience: AbortSignal): Promise<Told | null> {
        for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
          // The broker may not answer at this moment.
          node ??= await findNode(id).catch(() => null);
          const question = { id, after, waitMs: patience.aborted ? 0 : WAIT_MS };
          const found = node === null ? null : await ask(node, question, patience);
          if (found?.told && isAfter(found.told.upTo, after) && toldBytes < MOST_TOLD_BYTES) {
            toldBytes += sizeOf(found.told);
            return found.told;
          }
          // It may begin elsewhere, or has not begun. After the end it is surely known who has run it.
          if (!found?.isOpen || found.told) node = null;
          if (patience.aborted) return null;
          if (node === null) await delay(pauseMs, undefined, { signal: patience }).catch(() => undefined);
        }
      }

      return {
        next: async (after, patience) =>
          after === null ? { event: { kind: "queued" }, upTo: QUEUED } : next(after, patience),
      };
    },

    progressOf(id, node, over) {
      listen(node);
      return toProgress(logs.open(id, over), node);
    },

    close() {
      if (!connection.isClosed()) subscription?.unsubscribe();
      logs.close();
    },
  };
}

/** Whether whoever has had the one has not had the other. */
function isAfter(one: ReadUpTo, other: ReadUpTo): boolean {
  if (one.key !== other.key) return true;
  return one.entry > other.entry || (one.entry === other.entry && one.byte > other.byte);
}

function sizeOf({ event }: Told): number {
  if ("bytes" in event) return Math.max(1, event.bytes.length);
  return ENTRY_BYTES + ("result" in event ? event.result.stdout.length + event.result.stderr.length : 0);
}
