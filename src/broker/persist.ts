import { setTimeout as delay } from "node:timers/promises";
import { JetStreamApiError } from "@nats-io/jetstream";
import { ClosedConnectionError, DrainingConnectionError } from "@nats-io/transport-node";
import { EngineError } from "../domain/errors.ts";

const RETRY_AFTER_MS = 200;

/** A broker that restarts, or chooses another leader, is back by then, milliseconds. */
const GIVE_UP_AFTER_MS = 20_000;

/**
 * Asks the broker until it answers, also through a restart of it. Only for what may be asked twice: the first question may
 * have been heard.
 * @throws {JetStreamApiError} what the broker answered.
 * @throws {EngineError} `no_worker` when it did not within 20 seconds, or this process has left it.
 */
export async function persist<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const giveUpAtMs = performance.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isAnswer(error)) throw error;
      if (hasLeft(error) || performance.now() > giveUpAtMs) throw unreachable(error);
      await delay(RETRY_AFTER_MS);
    }
  }
}

/** What JetStream says while it has no leader, no quorum, or not enough of something at this moment. */
const PASSING_CODES = new Set([10_008, 10_009, 10_023, 10_028, 10_047]);

function isAnswer(error: unknown): boolean {
  return error instanceof JetStreamApiError && !PASSING_CODES.has(error.code);
}

function hasLeft(error: unknown): boolean {
  return error instanceof ClosedConnectionError || error instanceof DrainingConnectionError;
}

function unreachable(cause: unknown): EngineError {
  return new EngineError("no_worker", "The broker cannot be reached", { retryAfterSeconds: 1, cause });
}
