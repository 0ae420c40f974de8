import type { FastifyInstance } from "fastify";

/** How long a client may take to read its answer. */
export interface ReadingTimes {
  /** How often it is looked at whether the kernel has taken any more of the answer, milliseconds; if not, that is the end. */
  readonly lookEveryMs: number;
  /** The most that the whole answer may take, milliseconds. */
  readonly totalMs: number;
}

/**
 * Cuts off clients that do not read their answers: each would keep one in memory, and a connection.
 * An answer that is a stream has its own pace and is left alone.
 */
export function limitReading(app: FastifyInstance, { lookEveryMs, totalMs }: ReadingTimes): void {
  app.addHook("onSend", (_request, reply, payload, done) => {
    const { raw } = reply;
    // Nothing would end the timer of an answer whose client is gone already.
    if (!raw.closed && isWhole(payload)) {
      const cutOff = () => raw.destroy();
      raw.setTimeout(lookEveryMs, cutOff);
      const timer = setTimeout(cutOff, totalMs);
      raw.once("close", () => clearTimeout(timer));
    }
    done(null, payload);
  });
}

function isWhole(payload: unknown): boolean {
  return payload === undefined || payload === null || typeof payload === "string" || Buffer.isBuffer(payload);
}
