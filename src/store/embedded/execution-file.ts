import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { deserialize, serialize } from "node:v8";
import type { Clock } from "../../domain/clock.ts";
import { EngineError } from "../../domain/errors.ts";
import type { Execution, ExecutionResult } from "../../domain/execution.ts";
import type { ExecutionId, NodeId } from "../../domain/ids.ts";
import type { Acceptance, Accepted, UnfinishedExecution } from "../store.ts";
import { createDeliveryTable, DELIVERIES, type DeliveryTable } from "./delivery-table.ts";
import type { Shelf, ShelvedExecution } from "./shelf.ts";

/** A shelf in an SQLite file: what is on it outlives the process, however that ends. */
export interface ExecutionFile extends Shelf {
  /** The oldest first. */
  unfinished(): Iterable<UnfinishedExecution>;
  /** The latest last. */
  dead(): Iterable<UnfinishedExecution>;
  readonly deliveries: DeliveryTable;
  /** Lets go of results whose time is over, and later of the memory that there were any. */
  expire(): void;
  close(): void;
}

/** Of the tables below: 2 has deliveries besides. */
const FORMAT = 2;

const TABLES = `
CREATE TABLE IF NOT EXISTS executions (
  id TEXT PRIMARY KEY,
  language TEXT NOT NULL,
  version TEXT NOT NULL,
  client TEXT,
  address TEXT,
  acceptedAtMs REAL NOT NULL,
  state TEXT NOT NULL,           -- queued, running, done, expired
  starts INTEGER NOT NULL,       -- queued: how often before; running: which it is
  node TEXT,                     -- running
  isCancelled INTEGER NOT NULL,  -- running
  execution BLOB,                -- until it is done; of a dead one longer
  result BLOB,                   -- done
  isDead INTEGER NOT NULL,       -- done, because it ended its workers
  doneAtMs REAL,
  scope TEXT,
  key TEXT,
  fingerprint TEXT
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS byKey ON executions (scope, key) WHERE key IS NOT NULL;
CREATE INDEX IF NOT EXISTS byEnd ON executions (doneAtMs) WHERE doneAtMs IS NOT NULL;
CREATE INDEX IF NOT EXISTS unfinished ON executions (acceptedAtMs) WHERE doneAtMs IS NULL;
`;

type Row = Record<string, SQLOutputValue>;

/**
 * Opens the file, or makes it. One process has it at a time.
 *
 * What is written is with the kernel when a call returns: no death of this process loses it. The disk has it soon after;
 * should the machine lose its power, what was accepted in its last moments may be lost, but nothing before that.
 * @param options.path of the file; SQLite has others beside it, whose names begin with its own.
 * @param options.maxBytes how large it may become.
 * @param options.keepMs how long results are kept.
 * @param options.rememberMs how long it is remembered, after that, that there was one.
 * @throws {Error} when it cannot be opened, belongs to another process, or is of a later version.
 */
export function openExecutionFile(options: {
  readonly path: string;
  readonly maxBytes: number;
  readonly keepMs: number;
  readonly rememberMs: number;
  readonly clock: Clock;
}): ExecutionFile {
  const { path, maxBytes, keepMs, rememberMs, clock } = options;
  const database = new DatabaseSync(path);
  // Exclusive: no memory that is shared with other processes, and none of them opens it.
  database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  prepareTables(database, path);
  const { page_size: pageBytes } = database.prepare("PRAGMA page_size").get() as { page_size: number };
  const mostPages = Math.floor(maxBytes / pageBytes);
  database.exec(`PRAGMA max_page_count = ${mostPages}`);

  const deliveries = createDeliveryTable(database);
  const statements = {
    add: database.prepare(
      "INSERT INTO executions (id, language, version, client, address, acceptedAtMs, state, starts, isCancelled, isDead, execution, scope, key, fingerprint) VALUES (?, ?, ?, ?, ?, ?, 'queued', 0, 0, 0, ?, ?, ?, ?)",
    ),
    byKey: database.prepare("SELECT id, fingerprint FROM executions WHERE scope = ? AND key = ?"),
    find: database.prepare(
      "SELECT id, language, version, client, address, acceptedAtMs, state, starts, node, isCancelled, result, doneAtMs FROM executions WHERE id = ?",
    ),
    queued: database.prepare("UPDATE executions SET state = 'queued', starts = ?, node = NULL WHERE id = ?"),
    running: database.prepare(
      "UPDATE executions SET state = 'running', starts = ?, node = ?, isCancelled = ? WHERE id = ?",
    ),
    done: database.prepare(
      "UPDATE executions SET state = 'done', result = ?1, isDead = ?2, doneAtMs = ?3, execution = iif(?2, execution, NULL) WHERE id = ?4",
    ),
    remove: database.prepare("DELETE FROM executions WHERE id = ?"),
    unfinished: database.prepare(
      "SELECT execution, client, address, acceptedAtMs FROM executions WHERE doneAtMs IS NULL ORDER BY acceptedAtMs",
    ),
    dead: database.prepare(
      "SELECT execution, client, address, acceptedAtMs FROM executions WHERE doneAtMs IS NOT NULL AND isDead ORDER BY doneAtMs",
    ),
    expire: database.prepare(
      "UPDATE executions SET state = 'expired', result = NULL, scope = NULL, key = NULL, fingerprint = NULL WHERE doneAtMs <= ? AND state = 'done'",
    ),
    forget: database.prepare("DELETE FROM executions WHERE doneAtMs <= ?"),
    pages: database.prepare(
      "SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count) AS used",
    ),
  };

  /** Makes all of a change, or nothing. @throws {EngineError} `store_full`. */
  function write(change: () => void): void {
    try {
      database.exec("BEGIN");
      change();
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      if (error instanceof Error && "errcode" in error && isFull(Number(error.errcode))) throw full(error);
      throw error;
    }
  }

  /** What is accepted leaves room for its result, and for those of all that came before it. */
  function refuseWithoutRoom(): void {
    const { used } = statements.pages.get() as { used: number };
    if (used > mostPages * MOST_ACCEPTED) throw full();
  }

  return {
    deliveries,

    add({ execution, submitter, acceptedAtMs, idempotency, webhook }: Acceptance): Accepted {
      const { id, language, version } = execution;
      const { scope = null, key = null, fingerprint = null } = idempotency ?? {};
      const earlier = key === null ? undefined : statements.byKey.get(scope, key);
      if (earlier !== undefined) {
        if (earlier["fingerprint"] !== fingerprint) return { kind: "conflict" };
        return { kind: "same", id: earlier["id"] as ExecutionId };
      }
      refuseWithoutRoom();
      const { client, address } = submitter;
      const blob = serialize(execution);
      write(() => {
        statements.add.run(id, language, version, client, address, acceptedAtMs, blob, scope, key, fingerprint);
        if (webhook !== null) deliveries.add(id, webhook);
      });
      return { kind: "new" };
    },

    find(id) {
      const row = statements.find.get(id);
      return row === undefined ? undefined : toRecord(row, clock.nowMs() - keepMs);
    },

    move(id, state, { isDead }) {
      write(() => {
        if (state.kind === "queued") statements.queued.run(state.starts, id);
        else if (state.kind === "running")
          statements.running.run(state.attempt, state.node, Number(state.isCancelled), id);
        else {
          statements.done.run(serialize(state.result), Number(isDead), clock.nowMs(), id);
          deliveries.schedule(id, clock.nowMs());
        }
      });
    },

    remove(id) {
      deliveries.remove(id);
      return statements.remove.run(id).changes > 0;
    },

    *unfinished() {
      for (const row of statements.unfinished.iterate()) yield toUnfinished(row);
    },

    *dead() {
      for (const row of statements.dead.iterate()) yield toUnfinished(row);
    },

    expire() {
      const keptSinceMs = clock.nowMs() - keepMs;
      statements.expire.run(keptSinceMs);
      statements.forget.run(keptSinceMs - rememberMs);
    },

    close: () => database.close(),
  };
}

/** What share of the file may be taken by what waits and is kept. */
const MOST_ACCEPTED = 0.75;

function prepareTables(database: DatabaseSync, path: string): void {
  const { user_version: found } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (found === FORMAT) return;
  if (found > FORMAT) throw new Error(`${path} is of a later version of Millrace: format ${found}, not ${FORMAT}`);
  database.exec(`BEGIN; ${TABLES} ${DELIVERIES} PRAGMA user_version = ${FORMAT}; COMMIT;`);
}

function toRecord(row: Row, keptSinceMs: number): ShelvedExecution {
  return {
    id: row["id"] as ExecutionId,
    language: row["language"] as string,
    version: row["version"] as string,
    submitter: toSubmitter(row),
    acceptedAtMs: row["acceptedAtMs"] as number,
    state: toState(row, keptSinceMs),
  };
}

function toState(row: Row, keptSinceMs: number): ShelvedExecution["state"] {
  const starts = row["starts"] as number;
  const doneAtMs = row["doneAtMs"] as number | null;
  if (doneAtMs !== null && doneAtMs <= keptSinceMs) return { kind: "expired" };
  switch (row["state"]) {
    case "queued":
      return { kind: "queued", starts };
    case "running":
      return { kind: "running", attempt: starts, node: row["node"] as NodeId, isCancelled: row["isCancelled"] === 1 };
    case "done":
      return { kind: "done", result: deserialize(row["result"] as Uint8Array) as ExecutionResult };
    default:
      return { kind: "expired" };
  }
}

function toSubmitter(row: Row) {
  return { client: row["client"] as string | null, address: row["address"] as string | null };
}

function toUnfinished(row: Row): UnfinishedExecution {
  const execution = deserialize(row["execution"] as Uint8Array) as Execution;
  return { execution, submitter: toSubmitter(row), acceptedAtMs: row["acceptedAtMs"] as number };
}

/** SQLITE_FULL: the file, or the disk. SQLITE_IOERR_WRITE and its like have other causes too. */
function isFull(code: number): boolean {
  return code === 13;
}

function full(cause?: unknown): EngineError {
  const message = "There is no room for another execution whose result is kept; some is free when results expire";
  return new EngineError("store_full", message, { retryAfterSeconds: 60, ...(cause !== undefined && { cause }) });
}
