import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findOrdinaryUser } from "../hosts/ordinary-user.ts";
import { runPython } from "../support/client.ts";
import { startServer } from "../support/server.ts";
import { SLOWNESS } from "../support/slowness.ts";
import { type Canaries, startCanaries } from "./canaries.ts";
import { evaluate, findWarnings } from "./evaluate.ts";
import { type DescriptorWatch, watchDescriptors, watchHost } from "./host-conditions.ts";
import { observe, type Stage } from "./observe.ts";
import { readMainFiles } from "./submit.ts";
import { type HostileCase, readSuite } from "./suite.ts";

const suite = readSuite();
/** Cases run one by one on a server, so that what is found on the host is theirs; many only wait. */
const SERVERS = 2;
/** Two programs have to run at once; with no more slots every lane is used again soon. */
const SLOTS = 2;
const LANES = 3 * SLOTS;
/** More than enough for every lane to have had a box: it keeps some descriptors from its first one on. */
const FIRST_RUNS = 4 * LANES;
/** With the time that a case waits for a server. */
const TEST_TIMEOUT_MS = 150_000 * SLOWNESS;

/** How many interpreters stand ready differs from one moment to the next, and with it how many descriptors there are. */
const COLD = { MILLRACE_WARM: "0" };

type WatchedStage = Stage & { readonly descriptors: DescriptorWatch };

let canaries: Canaries;
const stages: WatchedStage[] = [];
const free: WatchedStage[] = [];
const waiting: ((stage: WatchedStage) => void)[] = [];

beforeAll(async () => {
  canaries = await startCanaries();
  for (let count = 0; count < SERVERS; count++) {
    const server = await startServer({ slots: SLOTS, env: { ...suite.canary.worker_env, ...COLD } });
    const mainFiles = await readMainFiles(server.url);
    const stage = { server, lanes: LANES, mainFiles, descriptors: watchDescriptors(server) };
    await Promise.all(Array.from({ length: FIRST_RUNS }, () => sayHello(stage)));
    stages.push(stage);
  }
  free.push(...stages);
});

afterAll(async () => {
  for (const { server } of stages) await server.stop();
  await canaries?.check().finally(canaries.stop);
});

/** Gives a server to one case alone. */
async function onStage<Value>(act: (stage: WatchedStage) => Promise<Value>): Promise<Value> {
  const stage = free.pop() ?? (await new Promise<WatchedStage>((resolve) => waiting.push(resolve)));
  try {
    return await act(stage);
  } finally {
    const next = waiting.shift();
    if (next === undefined) free.push(stage);
    else next(stage);
  }
}

/** Runs a case and looks at the host. @returns what is wrong, in words. */
async function judge(tested: HostileCase, stage: WatchedStage): Promise<string[]> {
  const conditions = [...suite.defaults.host, ...(tested.expect.host ?? [])];
  const watch = await watchHost({
    instance: stage.server.instance,
    neighbours: stages.filter((other) => other !== stage).map(({ server }) => server.instance),
    marker: tested.marker,
    canaryPid: canaries.pid,
    sysctls: conditions.flatMap((condition) => (condition.type === "sysctl_unchanged" ? condition.paths : [])),
    descriptors: stage.descriptors,
    sayHello: () => sayHello(stage),
  });
  try {
    const observations = await observe(suite, tested, stage);
    const damage: string[] = [];
    for (const condition of conditions) damage.push(...(await watch.check(condition)));
    for (const warning of new Set(findWarnings(suite, observations))) console.log(`${tested.id}: ${warning}`);
    return [...evaluate(suite, tested, observations), ...damage];
  } finally {
    watch.close();
  }
}

async function sayHello({ server }: Stage): Promise<void> {
  expect(await runPython(server, "print('hello')")).toMatchObject({ status: "ok", stdout: "hello\n" });
}

/** Why a case cannot run here; undefined when it can. */
/** What is less for a server of an ordinary user, by the case that finds it. */
const WEAKER_ROOTLESS: Readonly<Record<string, string>> = {
  e16_need_uid: "rootless: the kernel counts inotify instances of one user's boxes together: docs/hosts.md",
};

function findObstacle({ id, language }: HostileCase): string | undefined {
  if (findOrdinaryUser() !== null && id in WEAKER_ROOTLESS) return WEAKER_ROOTLESS[id];
  const mainFile = stages[0]?.mainFiles.get(language);
  if (mainFile === undefined) return `Millrace has no ${language} yet`;
  return mainFile === null ? `this host has no ${language}: see GET /v1/languages` : undefined;
}

function byName(cases: readonly HostileCase[]): [name: string, tested: HostileCase][] {
  return cases.map((tested) => [`${tested.id}: ${tested.what}`, tested]);
}

describe.concurrent("hostile programs", () => {
  test.for(byName(suite.cases))("%s", { timeout: TEST_TIMEOUT_MS }, async ([, tested], context) => {
    const obstacle = findObstacle(tested);
    if (obstacle !== undefined) return context.skip(obstacle);
    context.expect(await onStage((stage) => judge(tested, stage))).toEqual([]);
  });
});

describe("files that hostile programs leave", () => {
  test.for(byName(suite.cases.filter(({ collect }) => collect !== undefined)))("%s", (_, context) => {
    context.skip("Millrace does not return files yet");
  });
});
