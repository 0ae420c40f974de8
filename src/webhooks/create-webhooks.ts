import type { LookupFunction } from "node:net";
import type { Clock } from "../domain/clock.ts";
import { toResponse } from "../protocol/to-response.ts";
import type { Delivery, Outbox } from "../store/outbox.ts";
import type { Log } from "../telemetry/log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { AddressPolicy } from "./address-policy.ts";
import { ANSWER_MS, ForbiddenAddress, send } from "./send.ts";
import { signatureHeaders } from "./signature.ts";

/** Tells clients of their results. */
export interface Webhooks {
  /** Sends nothing more; what is under way is given up, and tried again at the next start. */
  close(): Promise<void>;
}

/** How many messages may be under way at once, and how many of them to one receiver: a slow one delays nobody else. */
const MOST_AT_ONCE = 64;
const MOST_TO_ONE = 4;

/** How often it is looked for what has become due, milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** Longer than a try takes; see `Outbox.take`. */
const LEASE_MS = ANSWER_MS + 20_000;

/** How often a result is tried to be delivered: over about three quarters of an hour. */
export const MOST_TRIES = 7;

/** 2 s, 8 s, 32 s …: four times as long each time, and a part of it left to chance, so that not all come back together. */
export function pauseAfter(attempt: number, random: () => number): number {
  return 2_000 * 4 ** (attempt - 1) * (0.5 + random() / 2);
}

/** Starts at once. */
export function createWebhooks(options: {
  readonly outbox: Outbox;
  readonly policy: AddressPolicy;
  /** Of Millrace. */
  readonly version: string;
  readonly clock: Clock;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly telemetry: Pick<Telemetry, "webhookSent">;
  readonly lookup?: LookupFunction;
  readonly answerMs?: number;
}): Webhooks {
  const { outbox, policy, version, clock, log, telemetry, lookup, answerMs } = options;
  const closing = new AbortController();
  /** By receiver: how many messages to it are under way. */
  const underWay = new Map<string, number>();
  const sending = new Set<Promise<void>>();
  let isLooking = false;
  let isNews = false;

  function busyOrigins(): string[] {
    return Array.from(underWay).flatMap(([origin, count]) => (count >= MOST_TO_ONE ? [origin] : []));
  }

  async function look(): Promise<void> {
    isNews = true;
    if (isLooking) return;
    isLooking = true;
    try {
      while (isNews && !closing.signal.aborted && sending.size < MOST_AT_ONCE) {
        isNews = false;
        // One at a time: whom it is for decides who else may be next.
        const [delivery] = await outbox.take({ most: 1, leaseMs: LEASE_MS, exceptOrigins: busyOrigins() });
        if (delivery === undefined) break;
        isNews = true;
        start(delivery);
      }
    } catch (err) {
      if (!closing.signal.aborted) log.error({ err }, "it cannot be looked for web hooks that are due");
    } finally {
      isLooking = false;
    }
  }

  function start(delivery: Delivery): void {
    const { origin } = new URL(delivery.webhook.url);
    underWay.set(origin, (underWay.get(origin) ?? 0) + 1);
    const sent = deliver(delivery)
      .catch((err: unknown) => {
        if (!closing.signal.aborted) log.error({ err, id: delivery.id }, "what became of a web hook cannot be stored");
      })
      .finally(() => {
        const left = (underWay.get(origin) ?? 1) - 1;
        if (left === 0) underWay.delete(origin);
        else underWay.set(origin, left);
        sending.delete(sent);
        void look();
      });
    sending.add(sent);
  }

  async function deliver(delivery: Delivery): Promise<void> {
    const { id, result, attempt } = delivery;
    if (result === null) return drop(delivery, "the result is no longer kept");
    const outcome = await trySending(delivery, JSON.stringify(toResponse(result)));
    if (closing.signal.aborted) return;
    if (outcome === "delivered") {
      await outbox.remove(id);
      telemetry.webhookSent("delivered");
    } else if (outcome.isFinal || attempt >= MOST_TRIES) {
      await drop(delivery, outcome.reason);
    } else {
      await outbox.postpone(id, pauseAfter(attempt, Math.random));
      telemetry.webhookSent("retried");
      log.info({ id, attempt, reason: outcome.reason }, "a web hook was not taken; it is tried again");
    }
  }

  async function trySending(
    { id, webhook, attempt }: Delivery,
    body: string,
  ): Promise<"delivered" | { readonly reason: string; readonly isFinal: boolean }> {
    const headers = {
      "content-type": "application/json; charset=utf-8",
      "user-agent": `Millrace/${version}`,
      "millrace-attempt": String(attempt),
      ...signatureHeaders({ id, secret: webhook.secret, body, nowMs: clock.nowMs() }),
    };
    try {
      const status = await send({ url: webhook.url, headers, body, policy, lookup, answerMs, signal: closing.signal });
      if (status >= 200 && status < 300) return "delivered";
      return { reason: `the receiver answered ${status}`, isFinal: status === GONE };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { reason, isFinal: error instanceof ForbiddenAddress };
    }
  }

  async function drop({ id, attempt }: Delivery, reason: string): Promise<void> {
    await outbox.remove(id);
    telemetry.webhookSent("dropped");
    log.warn({ id, attempt, reason }, "a web hook is given up; its result can still be asked for");
  }

  outbox.onDue(() => void look());
  const timer = setInterval(look, LOOK_EVERY_MS);
  void look();
  return {
    async close() {
      clearInterval(timer);
      closing.abort(new Error("the server is stopping"));
      await Promise.all(sending);
    },
  };
}

/** The receiver wants no more of them. */
const GONE = 410;
