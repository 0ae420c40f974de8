import type { DatabaseSync } from "node:sqlite";
import { deserialize } from "node:v8";
import type { ExecutionResult } from "../../domain/execution.ts";
import type { ExecutionId } from "../../domain/ids.ts";
import type { Delivery, Webhook } from "../outbox.ts";

export const DELIVERIES = `
CREATE TABLE IF NOT EXISTS deliveries (
  id TEXT PRIMARY KEY,           -- of the execution
  url TEXT NOT NULL,
  origin TEXT NOT NULL,
  secret TEXT NOT NULL,
  tries INTEGER NOT NULL,
  dueAtMs REAL                   -- from the end of the execution on
) STRICT;
CREATE INDEX IF NOT EXISTS byDue ON deliveries (dueAtMs) WHERE dueAtMs IS NOT NULL;
`;

/** Who is to be told of which execution. */
export interface DeliveryTable {
  add(id: ExecutionId, webhook: Webhook): void;
  /** @param dueAtMs milliseconds since the epoch. @returns whether anybody is to be told. */
  schedule(id: ExecutionId, dueAtMs: number): boolean;
  take(options: {
    readonly most: number;
    readonly nowMs: number;
    readonly leaseMs: number;
    readonly exceptOrigins: readonly string[];
  }): Delivery[];
  remove(id: ExecutionId): void;
  size(): number;
}

export function createDeliveryTable(database: DatabaseSync): DeliveryTable {
  const add = database.prepare("INSERT INTO deliveries (id, url, origin, secret, tries) VALUES (?, ?, ?, ?, 0)");
  const schedule = database.prepare("UPDATE deliveries SET dueAtMs = ? WHERE id = ?");
  const due = database.prepare(`
    SELECT deliveries.id, url, secret, tries, executions.result FROM deliveries
    LEFT JOIN executions ON executions.id = deliveries.id
    WHERE dueAtMs <= ? AND origin NOT IN (SELECT value FROM json_each(?)) ORDER BY dueAtMs LIMIT ?`);
  const lease = database.prepare("UPDATE deliveries SET tries = tries + 1, dueAtMs = ? WHERE id = ?");
  const remove = database.prepare("DELETE FROM deliveries WHERE id = ?");
  const count = database.prepare("SELECT count(*) AS count FROM deliveries WHERE dueAtMs IS NOT NULL");

  return {
    add: (id, { url, secret }) => void add.run(id, url, new URL(url).origin, secret),
    schedule: (id, dueAtMs) => schedule.run(dueAtMs, id).changes > 0,
    take({ most, nowMs, leaseMs, exceptOrigins }) {
      const rows = due.all(nowMs, JSON.stringify(exceptOrigins), most);
      return rows.map((row) => {
        const id = row["id"] as ExecutionId;
        lease.run(nowMs + leaseMs, id);
        const result = row["result"] as Uint8Array | null;
        return {
          id,
          webhook: { url: row["url"] as string, secret: row["secret"] as string },
          result: result === null ? null : (deserialize(result) as ExecutionResult),
          attempt: (row["tries"] as number) + 1,
        };
      });
    },
    remove: (id) => void remove.run(id),
    size: () => (count.get() as { count: number }).count,
  };
}
