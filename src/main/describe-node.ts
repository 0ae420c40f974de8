import { hostname } from "node:os";
import type { NodeReport } from "../broker/node-report.ts";
import type { NodeId } from "../domain/ids.ts";
import type { Isolation, Role } from "../domain/node.ts";
import type { LanguageRegistry } from "../languages/registry.ts";
import type { TelemetryHub } from "../telemetry/create-telemetry.ts";
import type { Worker } from "../worker/worker.ts";

/** What a node has that runs programs. */
export interface Abilities {
  readonly languages: Pick<LanguageRegistry, "list">;
  /** Languages whose interpreters it boots ahead, and how many of each stand ready. */
  readonly warmProcesses: () => Readonly<Record<string, number>>;
  /** What those hold, bytes. */
  readonly warmMemoryBytes: () => Readonly<Record<string, number>>;
  readonly isolation: Isolation;
  readonly lacks: readonly string[];
  /** null as long as it is not there yet. */
  readonly worker: () => Pick<Worker, "slots" | "busySlots"> | null;
}

/** Makes what says what a node is at any moment. @param options.abilities null for a gateway alone. */
export function describeNode(options: {
  readonly id: NodeId;
  readonly roles: readonly Role[];
  readonly version: string;
  readonly abilities: Abilities | null;
  readonly isReady: () => boolean;
  readonly telemetry: Pick<TelemetryHub, "recent">;
}): () => NodeReport {
  const { id, roles, version, abilities, isReady, telemetry } = options;
  const here = abilities?.languages.list().filter(({ isAvailable }) => isAvailable) ?? [];
  const constant = {
    id,
    roles,
    host: hostname(),
    version,
    languages: Object.fromEntries(here.map((language) => [language.id, language.versions])),
    isolation: abilities?.isolation ?? ("full" as const),
    lacks: abilities?.lacks ?? [],
    isLeaving: false,
  };
  return () => {
    const worker = abilities?.worker() ?? null;
    return {
      ...constant,
      isReady: isReady(),
      slots: worker?.slots ?? 0,
      usedSlots: worker?.busySlots() ?? 0,
      warmProcesses: abilities?.warmProcesses() ?? {},
      warmMemoryBytes: abilities?.warmMemoryBytes() ?? {},
      recent: telemetry.recent(),
    };
  };
}
