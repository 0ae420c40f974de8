import type { Broker } from "../../broker/broker.ts";
import { ACCEPTED_HEADER, JOBS } from "../../broker/layout.ts";
import type { Clock } from "../../domain/clock.ts";

/** How many jobs wait at the broker, and since when: as it said last. */
export interface Backlog {
  depth(): number;
  oldestMs(): number;
  /** Asks now. */
  look(): Promise<void>;
  close(): void;
}

/**
 * @param options.taken how many jobs are taken at this moment, by anybody: they are still in the stream.
 * @param options.onBacklog hears how many jobs wait for each consumer that has some.
 */
export function createBacklog(options: {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly everyMs: number;
  readonly taken: () => number;
  readonly onBacklog: (consumer: string, jobs: number) => void;
}): Backlog {
  const { broker, clock, everyMs, taken, onBacklog } = options;
  let depth = 0;
  let oldestAtMs: number | null = null;
  let looking: Promise<void> | null = null;

  async function ask(): Promise<void> {
    let untouched = 0;
    for await (const { name, num_pending, num_ack_pending, num_redelivered } of broker.streams.consumers.list(JOBS)) {
      untouched += num_pending;
      // Those that were given back are not among these; they may be taken again by now.
      if (num_pending > 0 || (num_redelivered > 0 && num_ack_pending > 0)) onBacklog(name, Math.max(1, num_pending));
    }
    const { state } = await broker.streams.streams.info(JOBS);
    depth = Math.max(untouched, state.messages - taken());
    oldestAtMs = depth > 0 ? await acceptedAt(broker, state.first_seq) : null;
  }

  function look(): Promise<void> {
    looking ??= ask().finally(() => {
      looking = null;
    });
    return looking;
  }

  const timer = setInterval(() => {
    // The next look may find the broker again.
    if (broker.isConnected()) look().catch(() => undefined);
  }, everyMs);
  return {
    depth: () => depth,
    oldestMs: () => (oldestAtMs === null ? 0 : Math.max(0, clock.nowMs() - oldestAtMs)),
    look,
    close: () => clearInterval(timer),
  };
}

/** Null for one that was removed in the meantime. */
async function acceptedAt({ streams }: Broker, sequence: number): Promise<number | null> {
  const message = await streams.direct.getMessage(JOBS, { seq: sequence });
  return message === null ? null : Number(message.header.get(ACCEPTED_HEADER)) || message.time.getTime();
}
