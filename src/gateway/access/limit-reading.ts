import type { FastifyInstance } from "fastify";

/** How long a client may read nothing of its answer, and how long all of it may take, milliseconds. */
export interface ReadingTimes {
  readonly pauseMs: number;
  readonly totalMs: number;
}

/**
 * Cuts off clients that do not read their answers: each would keep one in memory, and a connection.
 * An answer that is a stream has its own pace and is left alone.
 */
export function limitReading(app: FastifyInstance, { pauseMs, totalMs }: ReadingTimes): void {
  app.addHook("onSend", (_request, reply, payload, done) => {
    const { raw } = reply;
    // Nothing would end the timer of an answer whose client is gone already.
    if (!raw.closed && isWhole(payload)) {
      const cutOff = () => raw.destroy();
      // As long as the kernel takes some of the answer from us, this is not called.
      raw.setTimeout(pauseMs, cutOff);
      const timer = setTimeout(cutOff, totalMs);
      raw.once("close", () => clearTimeout(timer));
    }
    done(null, payload);
  });
}

function isWhole(payload: unknown): boolean {
  return payload === undefined || payload === null || typeof payload === "string" || Buffer.isBuffer(payload);
}
