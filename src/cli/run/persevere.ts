import { setTimeout as delay } from "node:timers/promises";
import { UnreachableError } from "../../client/client.ts";
import { EngineError } from "../../domain/errors.ts";
import type { Runner } from "./run-program.ts";

/** A server that restarts, or whose broker does, is back by then, milliseconds. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 250;

/**
 * Asks a server again that is away for a moment. What was asked may have been heard: a program changes nothing outside its box,
 * so that it does no harm when it runs twice, and one answer is all that anybody sees.
 * @param options.announce told once, in words for a person, what it waits for.
 */
export function persevere(
  runner: Runner,
  options: { readonly announce: (text: string) => void; readonly patienceMs?: number; readonly pauseMs?: number },
): Runner {
  const { announce, patienceMs = PATIENCE_MS, pauseMs = PAUSE_MS } = options;
  let isAnnounced = false;

  async function untilAnswered<Answer>(ask: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    let giveUpAtMs: number | null = null;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        giveUpAtMs ??= performance.now() + patienceMs;
        const askedMs = askedToWaitMs(error);
        if (!mayPass(error) || performance.now() + askedMs > giveUpAtMs) throw error;
        if (!isAnnounced) announce(`${error.message}; trying again for ${patienceMs / 1_000} s`);
        isAnnounced = true;
        await delay(Math.max(pauseMs, askedMs), undefined, { signal });
      }
    }
  }

  return {
    languages: (how) => untilAnswered(() => runner.languages(how), how?.signal),
    execute: (request, how) => untilAnswered(() => runner.execute(request, how), how?.signal),
  };
}

/** A server that is full says how soon it may have room: whoever comes earlier is one more that it has to send away. */
function askedToWaitMs(error: unknown): number {
  return error instanceof EngineError ? 1_000 * (error.retryAfterSeconds ?? 0) : 0;
}

function mayPass(error: unknown): error is Error {
  if (error instanceof UnreachableError) return error.isConnectionLost;
  return error instanceof EngineError && (error.code === "no_worker" || error.code === "queue_full");
}
