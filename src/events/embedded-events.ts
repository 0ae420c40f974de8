import type { ExecutionId } from "../domain/ids.ts";
import { nextOf } from "./event-log.ts";
import { createEventLogs, toProgress } from "./event-logs.ts";
import type { Events } from "./events.ts";

/**
 * Where all happens in one process: whoever follows an execution reads the log that whoever runs it writes.
 * @param options.whenDone settles when an execution has its result, or will never have one.
 */
export function createEmbeddedEvents(options: { readonly whenDone: (id: ExecutionId) => Promise<unknown> }): Events {
  const logs = createEventLogs();
  return {
    open(id) {
      if (logs.find(id) === undefined) logs.open(id, options.whenDone(id)).add({ kind: "queued" });
    },
    follow(id) {
      // A slow reader has it until it has read it all, however long ago it was over.
      const log = logs.find(id);
      return { next: (after, patience) => nextOf(log, after, patience) };
    },
    progressOf(id, node) {
      const log = logs.find(id);
      return log === undefined ? null : toProgress(log, node);
    },
    close: logs.close,
  };
}
