import type { Broker } from "../../broker/broker.ts";

/** A message of the stream that was given to this process until it is acknowledged. */
export interface Delivery {
  /** Whose turn it was. */
  readonly consumer: string;
  readonly subject: string;
  readonly data: Uint8Array;
  /** Of the stream. */
  readonly sequence: number;
  /** How often it was delivered, this time included. */
  readonly deliveries: number;
  /** The publisher's name for the message; null when it gave none. */
  readonly messageId: string | null;
  /** It is done with: it goes. */
  ack(): void;
  /** It is to be delivered again at once, or after a while. */
  giveBack(delayMs?: number): void;
  /** It is still being worked at. */
  extend(): void;
}

/** One consumer that jobs are pulled from. */
interface Source {
  readonly consumer: string;
  /** How many messages it still had when it was last heard of: a guess, put right by the next answer. */
  backlog: number;
  /** The pull that waits at the server until there is a message. */
  parked: Pull | null;
  /** The pull that asks for what is there already. */
  eager: Pull | null;
}

interface Pull {
  readonly source: Source;
  readonly isEager: boolean;
  /** How many messages may still come. */
  left: number;
  /** When it is taken for lost, milliseconds of `performance.now()`. */
  readonly lostAtMs: number;
}

/** Pulls messages from many consumers of one stream, never more than are wanted now. */
export interface Pulls {
  /** From then on it is pulled from. */
  add(consumer: string): void;
  /** Messages of a consumer are known to wait. */
  note(consumer: string, backlog: number): void;
  /** What is wanted, or what is known to wait, has changed. */
  pump(): void;
  /** Hears of nothing more; what was delivered stays with whoever has it. */
  close(): void;
}

const PARKED_MS = 20_000;
/** An answer that has not come by then never will. */
const LOST_AFTER_MS = 3_000;
const LOOK_EVERY_MS = 500;
const NANOSECONDS_PER_MS = 1_000_000;

/**
 * A consumer that is known to have messages is asked for what is there. For every other one a pull waits at the server, so
 * that a message comes the moment it is published. It may come when nothing is wanted any more: then whoever gets it gives
 * it back, and this consumer is known to have something when its turn comes. So no backlog hides another.
 * @param options.wanted how many messages could be used now: of this consumer, or of any.
 * @param options.choose picks the consumer to ask next; all of them have something.
 * @param options.onDelivery is called once for each message.
 */
export function createPulls(options: {
  readonly broker: Broker;
  readonly stream: string;
  readonly wanted: (consumer: string | null) => number;
  readonly choose: (consumers: readonly string[]) => string | null;
  readonly onDelivery: (delivery: Delivery) => void;
}): Pulls {
  const { broker, stream, wanted, choose, onDelivery } = options;
  const { connection } = broker;
  const sources = new Map<string, Source>();
  const pulls = new Map<string, Pull>();
  const inbox = `${broker.inboxPrefix}.pull.${crypto.randomUUID()}`;
  let nextPull = 0;
  let isClosed = false;

  const subscription = connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error !== null || isClosed) return;
      const token = message.subject.startsWith(inbox) ? message.subject.slice(inbox.length + 1) : null;
      if (token !== null) endPull(token);
      else if (message.reply !== undefined) receive(message as typeof message & { readonly reply: string });
      pump();
    },
  });

  function receive(message: {
    readonly reply: string;
    readonly subject: string;
    readonly data: Uint8Array;
    readonly headers?: { get(name: string): string };
  }): void {
    const { consumer, deliveries, sequence, pending } = parseReply(message.reply);
    const source = sources.get(consumer);
    if (source !== undefined) {
      source.backlog = pending;
      countDown(source);
    }
    const answer = (text: string) => connection.publish(message.reply, text);
    onDelivery({
      consumer,
      subject: message.subject,
      data: message.data,
      sequence,
      deliveries,
      messageId: message.headers?.get("Nats-Msg-Id") || null,
      ack: () => answer("+ACK"),
      giveBack: (delayMs = 0) =>
        answer(delayMs === 0 ? "-NAK" : `-NAK ${JSON.stringify({ delay: delayMs * NANOSECONDS_PER_MS })}`),
      extend: () => answer("+WPI"),
    });
  }

  /** A message does not say which pull it answers: those that ask for what is there are answered first. */
  function countDown(source: Source): void {
    const pull = source.eager ?? source.parked;
    if (pull === null) return;
    pull.left -= 1;
    if (pull.left === 0) forget(pull);
  }

  function forget(pull: Pull): void {
    if (pull.source.eager === pull) pull.source.eager = null;
    if (pull.source.parked === pull) pull.source.parked = null;
    for (const [token, other] of pulls) if (other === pull) pulls.delete(token);
  }

  /** The server says that no more comes for this pull, for whatever reason. */
  function endPull(token: string): void {
    const pull = pulls.get(token);
    if (pull === undefined) return;
    if (pull.isEager) pull.source.backlog = 0;
    forget(pull);
  }

  function ask(source: Source, batch: number, isEager: boolean): void {
    const token = String(nextPull);
    nextPull += 1;
    const lostAtMs = performance.now() + LOST_AFTER_MS + (isEager ? 0 : PARKED_MS);
    const pull: Pull = { source, isEager, left: batch, lostAtMs };
    pulls.set(token, pull);
    if (isEager) source.eager = pull;
    else source.parked = pull;
    const request = isEager ? { batch, no_wait: true } : { batch, expires: PARKED_MS * NANOSECONDS_PER_MS };
    connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${source.consumer}`, JSON.stringify(request), {
      reply: `${inbox}.${token}`,
    });
  }

  function pump(): void {
    if (isClosed || connection.isClosed()) return;
    let free = wanted(null);
    if (free === 0) return;
    const wantedSources = [...sources.values()].filter(({ consumer }) => wanted(consumer) > 0);
    for (const { eager } of sources.values()) free -= eager?.left ?? 0;
    while (free > 0) {
      const candidates = wantedSources.filter(({ backlog, eager }) => backlog > 0 && eager === null);
      const source = sources.get(choose(candidates.map(({ consumer }) => consumer)) ?? "");
      if (source === undefined) break;
      // One at a time where there is a choice: the next one may be another consumer's turn.
      const batch = candidates.length === 1 ? Math.min(free, source.backlog, wanted(source.consumer)) : 1;
      ask(source, batch, true);
      free -= batch;
    }
    for (const source of wantedSources) if (source.parked === null && source.backlog === 0) ask(source, 1, false);
  }

  function dropLost(): void {
    const nowMs = performance.now();
    for (const pull of [...pulls.values()]) if (pull.lostAtMs < nowMs) forget(pull);
    pump();
  }

  const timer = setInterval(dropLost, LOOK_EVERY_MS);
  broker.onReconnect(() => {
    for (const pull of [...pulls.values()]) forget(pull);
    pump();
  });

  return {
    add(consumer) {
      if (sources.has(consumer)) return;
      sources.set(consumer, { consumer, backlog: 0, parked: null, eager: null });
      pump();
    },
    note(consumer, backlog) {
      const source = sources.get(consumer);
      if (source !== undefined && source.backlog === 0) source.backlog = backlog;
    },
    pump,
    close() {
      isClosed = true;
      clearInterval(timer);
      if (!connection.isClosed()) subscription.unsubscribe();
    },
  };
}

/** `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.…`; newer servers put a domain and an account before the stream. */
function parseReply(reply: string): { consumer: string; deliveries: number; sequence: number; pending: number } {
  const tokens = reply.split(".");
  const at = tokens.length > 9 ? 4 : 2;
  return {
    consumer: tokens[at + 1] ?? "",
    deliveries: Number(tokens[at + 2]),
    sequence: Number(tokens[at + 3]),
    pending: Number(tokens[at + 6]),
  };
}
