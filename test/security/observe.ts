import type { RunningServer } from "../support/server.ts";
import { SLOWNESS } from "../support/slowness.ts";
import { until } from "../support/until.ts";
import type { Observation } from "./evaluate.ts";
import { submit, toRequest } from "./submit.ts";
import type { HostileCase, Suite } from "./suite.ts";

const START_TIMEOUT_MS = 10_000 * SLOWNESS;

/** Where a case is run. */
export interface Stage {
  readonly server: RunningServer;
  /** A lane is what boxes have in common one after the other: after so many runs each has been used. */
  readonly lanes: number;
  /** By language. */
  readonly mainFiles: ReadonlyMap<string, string | null>;
}

/** Runs a case in the way that it asks for. @returns what is to be judged. */
export async function observe(suite: Suite, tested: HostileCase, stage: Stage): Promise<Observation[]> {
  if (tested.sequence !== undefined) return observeSequence(suite, tested, stage);
  if (tested.parallel !== undefined) return observeParallel(suite, tested, stage);
  const observations: Observation[] = [];
  for (const variant of tested.variants ?? Array.from({ length: tested.repeat ?? 1 }, () => tested)) {
    observations.push(await run(tested, stage, variant.files));
  }
  return observations;
}

function run(tested: HostileCase, { server, mainFiles }: Stage, files = tested.files): Promise<Observation> {
  return submit(server, toRequest(tested, mainFiles.get(tested.language) ?? "", files));
}

/** What the first leaves behind, the last must not find: in no lane. */
async function observeSequence(suite: Suite, tested: HostileCase, stage: Stage): Promise<Observation[]> {
  for (const id of tested.sequence ?? []) if (id !== tested.id) await run(findCase(suite, id), stage);
  const observations: Observation[] = [];
  for (let lane = 0; lane <= stage.lanes; lane++) observations.push(await run(tested, stage));
  return observations;
}

/** Starts the case while the other one holds what it takes. */
async function observeParallel(suite: Suite, tested: HostileCase, stage: Stage): Promise<Observation[]> {
  const { with: otherId = "", start_after_ms: takingMs = 0 } = tested.parallel ?? {};
  const other = findCase(suite, otherId);
  const { instance } = stage.server;
  const others = run(other, stage);
  const hasStarted = () => instance.boxProcesses().some(({ name }) => name === other.marker);
  const missing = await until(() => (hasStarted() ? [] : [`${other.id} has not started`]), START_TIMEOUT_MS);
  if (missing.length > 0) throw new Error(missing.join());
  const hasTaken = () => instance.countTasks() > other.limits.pids;
  await until(() => (hasTaken() ? [] : [`${other.id} still takes`]), takingMs);
  const observation = await run(tested, stage);
  await others;
  return [observation];
}

function findCase({ cases }: Suite, id: string): HostileCase {
  const found = cases.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`There is no case ${id}`);
  return found;
}
