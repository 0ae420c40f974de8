import type { ExecutionId, NodeId } from "../domain/ids.ts";
import type { Progress } from "../domain/progress.ts";
import { createEventLog, type EventLog } from "./event-log.ts";

/** The logs of a process. In memory: a new process knows nothing of them. */
export interface EventLogs {
  /** The log of an execution, begun where there is none. It is kept until a while after `over` has settled. */
  open(id: ExecutionId, over: Promise<unknown>): EventLog;
  /** Undefined where none was begun, or it was over a while ago. */
  find(id: ExecutionId): EventLog | undefined;
  /** Whether more may come to a log. */
  isOpen(id: ExecutionId): boolean;
  close(): void;
}

/** How long after its end an execution can still be followed from where a reader lost its connection, milliseconds. */
const KEEP_MS = 60_000;

const MIB = 1024 * 1024;
export const ONE_LOG_BYTES = 4 * MIB;
const ALL_LOGS_BYTES = 64 * MIB;

/**
 * @param options.oneLogBytes output that is kept of one execution.
 * @param options.allLogsBytes of all together; where it is used up, those that are over are forgotten earlier.
 */
export function createEventLogs(
  options: { readonly oneLogBytes?: number; readonly allLogsBytes?: number } = {},
): EventLogs {
  const { oneLogBytes = ONE_LOG_BYTES, allLogsBytes = ALL_LOGS_BYTES } = options;
  const logs = new Map<ExecutionId, { readonly log: EventLog; bytes: number; over: Promise<unknown> }>();
  /** Those that are over, the earliest first, and what will have them forgotten. */
  const ended = new Map<ExecutionId, NodeJS.Timeout>();
  let allBytes = 0;

  function reopen(id: ExecutionId): void {
    clearTimeout(ended.get(id));
    ended.delete(id);
  }

  function forget(id: ExecutionId): void {
    reopen(id);
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

  function retireAfter(id: ExecutionId, over: Promise<unknown>): void {
    const retire = () => {
      // It may have been begun again since.
      if (logs.get(id)?.over === over) ended.set(id, setTimeout(() => forget(id), KEEP_MS).unref());
    };
    over.then(retire, retire);
  }

  function begin(id: ExecutionId, over: Promise<unknown>) {
    const entry = { log: createEventLog(spend), bytes: 0, over };
    function spend(bytes: number): boolean {
      if (entry.bytes + bytes > oneLogBytes || !makeRoom(bytes)) return false;
      entry.bytes += bytes;
      allBytes += bytes;
      return true;
    }
    logs.set(id, entry);
    return entry;
  }

  return {
    open(id, over) {
      reopen(id);
      const entry = logs.get(id) ?? begin(id, over);
      entry.over = over;
      retireAfter(id, over);
      return entry.log;
    },
    find: (id) => logs.get(id)?.log,
    isOpen: (id) => logs.has(id) && !ended.has(id),
    close() {
      for (const id of logs.keys()) forget(id);
    },
  };
}

/** What is told of a run goes into a log. */
export function toProgress(log: EventLog, node: NodeId): Progress {
  return {
    started: () => log.add({ kind: "started", node }),
    compiled: (result) => log.add({ kind: "compile", result }),
    printed: (kind, bytes) => log.add({ kind, bytes }),
    ended({ stdoutTruncated, stderrTruncated }) {
      log.endStream("stdout", stdoutTruncated);
      log.endStream("stderr", stderrTruncated);
    },
  };
}
