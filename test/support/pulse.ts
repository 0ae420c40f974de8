import { setTimeout as delay } from "node:timers/promises";
import type { RunningServer } from "./server.ts";

const BEAT_MS = 20;

/** How a server feels while programs do their worst. */
export interface Pulse {
  /** Ends the watch. @returns the longest that `/healthz` took to answer, and how often it was asked. */
  stop(): Promise<{ readonly slowestMs: number; readonly beats: number }>;
}

/** Asks a server for its health again and again. @throws {Error} from `stop`, when an answer was not 200. */
export function watchPulse(server: RunningServer): Pulse {
  const stopping = new AbortController();
  let slowestMs = 0;
  let beats = 0;

  async function beat(): Promise<void> {
    while (!stopping.signal.aborted) {
      const startedMs = performance.now();
      const answer = await fetch(`${server.url}/healthz`);
      await answer.text();
      if (!answer.ok) throw new Error(`/healthz answered ${answer.status}`);
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      beats += 1;
      await delay(BEAT_MS);
    }
  }

  const beating = beat();
  beating.catch(() => undefined); // told by stop()
  return {
    async stop() {
      stopping.abort();
      await beating;
      return { slowestMs, beats };
    },
  };
}
