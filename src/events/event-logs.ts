import type { ExecutionId, NodeId } from "../domain/ids.ts";
import type { Progress } from "../domain/progress.ts";
import { createEventLog, type EventLog } from "./event-log.ts";

/** What happens to executions of this process, for whoever follows them. In memory: a new process knows nothing of it. */
export interface EventLogs {
  /** Begins the log of an execution that its client may follow; before its job can be taken. */
  open(id: ExecutionId): void;
  /** Undefined for one that nobody may follow, or that has ended a while ago. */
  find(id: ExecutionId): EventLog | undefined;
  /** For whoever runs it on that node; null where nobody may follow. */
  progressOf(id: ExecutionId, node: NodeId): Progress | null;
  close(): void;
}

/** How long after its end an execution can still be followed from where a reader lost its connection, milliseconds. */
const KEEP_MS = 60_000;

const MIB = 1024 * 1024;
const ONE_LOG_BYTES = 4 * MIB;
const ALL_LOGS_BYTES = 64 * MIB;

/**
 * @param options.whenDone settles when an execution has its result, or will never have one.
 * @param options.oneLogBytes output that is kept of one execution.
 * @param options.allLogsBytes of all together; where it is used up, those that have ended are forgotten earlier.
 */
export function createEventLogs(options: {
  readonly whenDone: (id: ExecutionId) => Promise<unknown>;
  readonly oneLogBytes?: number;
  readonly allLogsBytes?: number;
}): EventLogs {
  const { whenDone, oneLogBytes = ONE_LOG_BYTES, allLogsBytes = ALL_LOGS_BYTES } = options;
  const logs = new Map<ExecutionId, { readonly log: EventLog; bytes: number }>();
  /** Those that have ended, the earliest first, and what will have them forgotten. */
  const ended = new Map<ExecutionId, NodeJS.Timeout>();
  let allBytes = 0;

  function forget(id: ExecutionId): void {
    clearTimeout(ended.get(id));
    ended.delete(id);
    allBytes -= logs.get(id)?.bytes ?? 0;
    logs.delete(id);
  }

  function makeRoom(bytes: number): boolean {
    for (const id of ended.keys()) {
      if (allBytes + bytes <= allLogsBytes) break;
      forget(id);
    }
    return allBytes + bytes <= allLogsBytes;
  }

  function retire(id: ExecutionId): void {
    if (logs.has(id)) ended.set(id, setTimeout(() => forget(id), KEEP_MS).unref());
  }

  return {
    open(id) {
      if (logs.has(id)) return;
      const entry = { log: createEventLog(spend), bytes: 0 };
      function spend(bytes: number): boolean {
        if (entry.bytes + bytes > oneLogBytes || !makeRoom(bytes)) return false;
        entry.bytes += bytes;
        allBytes += bytes;
        return true;
      }
      logs.set(id, entry);
      entry.log.add({ kind: "queued" });
      const onSettled = () => retire(id);
      whenDone(id).then(onSettled, onSettled);
    },
    find: (id) => logs.get(id)?.log,
    progressOf(id, node) {
      const log = logs.get(id)?.log;
      if (log === undefined) return null;
      return {
        started: () => log.add({ kind: "started", node }),
        compiled: (result) => log.add({ kind: "compile", result }),
        printed: (kind, bytes) => log.add({ kind, bytes }),
        ended({ stdoutTruncated, stderrTruncated }) {
          log.endStream("stdout", stdoutTruncated);
          log.endStream("stderr", stderrTruncated);
        },
      };
    },
    close() {
      for (const id of logs.keys()) forget(id);
    },
  };
}
