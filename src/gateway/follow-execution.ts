import type { ExecutionResult } from "../domain/execution.ts";
import { BEGINNING, type EventLog, type Position } from "../events/event-log.ts";
import { KEEP_ALIVE, toDoneText, toEventText } from "../protocol/event-stream.ts";

/** How often something is sent at the least, so that nobody on the way takes the connection for dead, milliseconds. */
const KEEP_ALIVE_MS = 15_000;

/** What a reader has had of which log. */
export interface ReadUpTo extends Position {
  readonly key: string;
}

/**
 * The text of an execution's events, as they come, until it is done. It is asked for as fast as its reader takes it, and nothing
 * is kept for one that is slow.
 * @param options.log undefined where there is none any more: then only the end is told.
 * @param options.done when it rejects, or `signal` aborts, that is the end of the text.
 * @param options.after what the reader has had, null for nothing; of another log, it is told this one from the beginning.
 */
export async function* followExecution(options: {
  readonly log: EventLog | undefined;
  readonly done: Promise<ExecutionResult>;
  readonly after: ReadUpTo | null;
  readonly signal: AbortSignal;
}): AsyncGenerator<string, void, undefined> {
  const { log, done, after, signal } = options;
  const isOfLog = after !== null && log?.key === after.key && log.has(after);
  let position: Position = isOfLog ? after : BEGINNING;
  let result: ExecutionResult | "none" | null = null;
  let isSilent = false;
  let wake = (): void => undefined;

  const settle = (value: ExecutionResult | "none"): void => {
    result = value;
    wake();
  };
  done.then(settle, () => settle("none"));
  const stopListening = log?.onChange(() => wake());
  const timer = setInterval(() => {
    isSilent = true;
    wake();
  }, KEEP_ALIVE_MS);
  try {
    yield KEEP_ALIVE; // the answer's headers go with it
    while (!signal.aborted) {
      const ended = result as ExecutionResult | "none" | null;
      const read = log?.read(position) ?? null;
      if (read !== null) {
        position = read.next;
        yield toEventText(read.event, `${log?.key}.${position.entry}.${position.byte}`);
      } else if (ended !== null) {
        if (ended !== "none") yield toDoneText(ended);
        return;
      } else if (isSilent) {
        isSilent = false;
        yield KEEP_ALIVE;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    clearInterval(timer);
    stopListening?.();
  }
}
