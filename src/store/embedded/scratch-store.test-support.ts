import { type Clock, systemClock } from "../../domain/clock.ts";
import { createEmbeddedStore, type EmbeddedStore } from "./embedded-store.ts";
import { type ExecutionFile, openExecutionFile } from "./execution-file.ts";

/** A file of executions, by default nowhere but in memory. */
export function openScratchFile(changes: Partial<Parameters<typeof openExecutionFile>[0]> = {}): ExecutionFile {
  const options = { path: ":memory:", maxBytes: 64 * 1024 ** 2, keepMs: 3_600_000, rememberMs: 3_600_000 };
  return openExecutionFile({ ...options, clock: systemClock, ...changes });
}

export function createScratchStore(clock: Clock = systemClock): EmbeddedStore {
  const store = createEmbeddedStore({ clock, openFile: () => openScratchFile({ clock }), onTrouble: fail });
  store.open();
  return store;
}

function fail(error: unknown): never {
  throw error;
}
