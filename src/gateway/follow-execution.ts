import type { ExecutionResult } from "../domain/execution.ts";
import type { EventReader, ReadUpTo } from "../events/events.ts";
import { KEEP_ALIVE, toDoneText, toEventText } from "../protocol/event-stream.ts";

/** How often something is sent at the least, so that nobody on the way takes the connection for dead, milliseconds. */
const KEEP_ALIVE_MS = 15_000;

/**
 * The text of an execution's events, as they come, until it is done. They are asked for as fast as its reader takes them, and
 * nothing is kept for one that is slow.
 * @param options.done when it rejects, or `signal` aborts, that is the end of the text.
 * @param options.after what the reader has had, null for nothing.
 */
export async function* followExecution(options: {
  readonly events: EventReader;
  readonly done: Promise<ExecutionResult>;
  readonly after: ReadUpTo | null;
  readonly signal: AbortSignal;
}): AsyncGenerator<string, void, undefined> {
  const { events, done, signal } = options;
  let { after } = options;
  let result: ExecutionResult | "none" | null = null;
  let patience = new AbortController();
  const stopWaiting = () => patience.abort();
  const settle = (value: ExecutionResult | "none"): void => {
    result = value;
    stopWaiting();
  };
  done.then(settle, () => settle("none"));
  signal.addEventListener("abort", stopWaiting);
  const timer = setInterval(stopWaiting, KEEP_ALIVE_MS);
  try {
    yield KEEP_ALIVE; // the answer's headers go with it
    while (!signal.aborted) {
      const ended = result as ExecutionResult | "none" | null;
      // At the end nothing is waited for: what is there is all that comes.
      if (ended === null && patience.signal.aborted) patience = new AbortController();
      const told = await events.next(after, patience.signal);
      if (told !== null) {
        after = told.upTo;
        yield toEventText(told.event, `${after.key}.${after.entry}.${after.byte}`);
      } else if (ended !== null) {
        if (ended !== "none") yield toDoneText(ended);
        return;
      } else if (result === null) {
        yield KEEP_ALIVE;
      }
    }
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", stopWaiting);
  }
}
