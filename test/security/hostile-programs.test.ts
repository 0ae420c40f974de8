import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { type Canaries, startCanaries } from "./canaries.ts";
import { evaluate, findWarnings, type Observation } from "./evaluate.ts";
import { type DescriptorWatch, watchDescriptors, watchHost } from "./host-conditions.ts";
import { readMainFiles, submit, toRequest } from "./submit.ts";
import { type HostileCase, readSuite } from "./suite.ts";

const suite = readSuite();
/** Two programs have to run at once; with no more slots every lane is used again soon. */
const SLOTS = 2;
/** A lane is what boxes have in common one after the other: so many runs and each has been used again. */
const LANES = 3 * SLOTS;
const TEST_TIMEOUT_MS = 90_000;

let server: RunningServer;
let canaries: Canaries;
let descriptors: DescriptorWatch;
let mainFiles: ReadonlyMap<string, string | null>;

beforeAll(async () => {
  canaries = await startCanaries();
  server = await startServer({ slots: SLOTS, env: suite.canary.worker_env });
  mainFiles = await readMainFiles(server.url);
  descriptors = watchDescriptors(server.instance);
});

afterAll(async () => {
  await server?.stop();
  await canaries?.check().finally(canaries.stop);
});

function findCase(id: string): HostileCase {
  const found = suite.cases.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`There is no case ${id}`);
  return found;
}

function run(tested: HostileCase, files = tested.files): Promise<Observation> {
  return submit(server, toRequest(tested, mainFiles.get(tested.language) ?? "", files));
}

/** Runs a case in the way that it asks for. @returns what is to be judged. */
async function observe(tested: HostileCase): Promise<Observation[]> {
  if (tested.sequence !== undefined) return observeSequence(tested, tested.sequence);
  if (tested.parallel !== undefined) return observeParallel(tested, findCase(tested.parallel.with));
  const observations: Observation[] = [];
  for (const variant of tested.variants ?? Array.from({ length: tested.repeat ?? 1 }, () => tested)) {
    observations.push(await run(tested, variant.files));
  }
  return observations;
}

/** What the first leaves behind, the last must not find: in no lane. */
async function observeSequence(tested: HostileCase, ids: readonly string[]): Promise<Observation[]> {
  for (const id of ids.filter((id) => id !== tested.id)) await run(findCase(id));
  const observations: Observation[] = [];
  for (let lane = 0; lane <= LANES; lane++) observations.push(await run(tested));
  return observations;
}

/** Starts the case while the other one holds what it takes. */
async function observeParallel(tested: HostileCase, other: HostileCase): Promise<Observation[]> {
  const others = run(other);
  const hasStarted = () => server.instance.boxProcesses().some(({ name }) => name === other.marker);
  await until(() => (hasStarted() ? [] : [`${other.id} has not started`]), TEST_TIMEOUT_MS);
  await until(
    () => (server.instance.countTasks() > other.limits.pids ? [] : ["few"]),
    tested.parallel?.start_after_ms ?? 0,
  );
  const observation = await run(tested);
  await others;
  return [observation];
}

async function sayHello(): Promise<void> {
  const answer = await fetch(`${server.url}/lang/python`, { method: "POST", body: "print('hello')" });
  expect(await answer.text()).toBe("hello\n");
}

/** Why a case cannot run here; undefined when it can. */
function findObstacle({ language }: HostileCase): string | undefined {
  const mainFile = mainFiles.get(language);
  if (mainFile === undefined) return `Millrace has no ${language} yet`;
  return mainFile === null ? `this host has no ${language}: see GET /v1/languages` : undefined;
}

function byName(cases: readonly HostileCase[]): [name: string, tested: HostileCase][] {
  return cases.map((tested) => [`${tested.id}: ${tested.what}`, tested]);
}

describe("hostile programs", () => {
  test.for(byName(suite.cases))("%s", { timeout: TEST_TIMEOUT_MS }, async ([, tested], context) => {
    const obstacle = findObstacle(tested);
    if (obstacle !== undefined) return context.skip(obstacle);

    const conditions = [...suite.defaults.host, ...(tested.expect.host ?? [])];
    const sysctls = conditions.flatMap((condition) => (condition.type === "sysctl_unchanged" ? condition.paths : []));
    const { instance } = server;
    const { marker } = tested;
    const watch = watchHost({ instance, marker, canaryPid: canaries.pid, sysctls, descriptors, sayHello });
    try {
      const observations = await observe(tested);
      const damage: string[] = [];
      for (const condition of conditions) damage.push(...[(await watch.check(condition)) ?? []].flat());
      for (const warning of new Set(findWarnings(suite, observations))) console.log(`${tested.id}: ${warning}`);
      expect([...evaluate(suite, tested, observations), ...damage]).toEqual([]);
    } finally {
      watch.close();
    }
  });
});

describe("files that hostile programs leave", () => {
  test.for(byName(suite.cases.filter(({ collect }) => collect !== undefined)))("%s", (_, context) => {
    context.skip("Millrace does not return files yet");
  });
});
