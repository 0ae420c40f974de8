import { afterAll, describe, expect, test } from "vitest";
import { executionResponseSchema } from "../../src/protocol/execution-response.ts";
import { isRunning } from "../support/processes.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectCalm, expectHello, expectNothingLeft } from "./healing.ts";
import { signal } from "./holding.ts";
import { type Cell, readMatrix } from "./matrix.ts";
import { type Asked, Missed, type Scene, STAGES, type Victim } from "./stages.ts";

// The matrix of docs/failures.md, cell by cell: every process, killed at every stage of a run.

const IS_LONG = process.env["MILLRACE_TEST_LONG"] === "1";
const ROUNDS = IS_LONG ? 10 : 1;

/** A kill of one of these takes a new server, which takes time: usually it is done at the beginning, the middle and the end. */
const LAST_OF_A_SERVER: readonly string[] = ["server", "supervisor"];
const STAGES_FOR_THEM: readonly string[] = [
  "its box is being made",
  "it waits in the queue",
  "its box is being removed",
];

function isTried({ stage, victim }: Cell): boolean {
  return IS_LONG || !LAST_OF_A_SERVER.includes(victim) || STAGES_FOR_THEM.includes(stage);
}

/** Goes on to the next cell where it survived. */
let server: RunningServer | null = null;

afterAll(async () => {
  if (server !== null && isRunning(server.instance.serverPid)) await server.stop();
});

async function living(): Promise<RunningServer> {
  if (server !== null && isRunning(server.instance.serverPid)) {
    // A language whose interpreter was killed while it stood ready starts cold for a minute.
    if (!server.output().includes("it is not booted ahead")) return server;
    await server.stop();
  }
  server = await startServer({ slots: 1 });
  return server;
}

/** What a client sees, in the words of the page. */
async function describeAnswer({ answer, stdout }: Asked): Promise<string> {
  const response = await answer.catch(() => null);
  if (response === null) return "breaks";
  const body = (await response.json().catch(() => null)) as { code?: unknown } | null;
  if (body === null) return "breaks";
  if (response.status !== 200) return String(body.code);
  const { status, run } = executionResponseSchema.parse(body);
  if (status === "ok" && run?.stdout !== stdout) return `another output: ${JSON.stringify(body).slice(0, 2_000)}`;
  return status;
}

/** Either the server has gone on and has nothing of the run left, or it has ended and has nothing left at all. */
async function expectHealed(at: RunningServer, victim: string): Promise<void> {
  if (LAST_OF_A_SERVER.includes(victim)) {
    expect(await at.exited).toEqual(victim === "server" ? [null, "SIGKILL"] : [1, null]);
    await expectNothingLeft(at);
    await expectHello(await living());
    return;
  }
  await expectHello(at);
  await expectCalm(at);
}

/** Tries a few times: what is held may be over in a millisecond. */
async function reach(stage: string, at: RunningServer): Promise<Scene> {
  for (let tries = 1; ; tries++) {
    await expectCalm(at);
    try {
      const enter = STAGES[stage];
      if (enter === undefined) throw new Error(`There is no stage "${stage}"`);
      return await enter(at);
    } catch (error) {
      if (!(error instanceof Missed) || tries === 30) throw error;
    }
  }
}

async function killAt({ stage, victim, outcomes }: Cell): Promise<void> {
  const at = await living();
  const scene = await reach(stage, at);
  const pids = scene.processes[victim as Victim] ?? [];
  expect(pids.length, "the processes that are to be killed").toBeGreaterThan(0);

  for (const pid of pids) signal(pid, "SIGKILL");
  scene.release();

  expect(await Promise.all(scene.asked.map(describeAnswer))).toEqual(outcomes);
  await expectHealed(at, victim);
}

const cells = readMatrix();

test("the page's matrix has every stage", () => {
  expect([...new Set(cells.map(({ stage }) => stage))]).toEqual(Object.keys(STAGES));
});

describe.each(Object.keys(STAGES))("killed while %s", (stage) => {
  for (const cell of cells.filter((other) => other.stage === stage && isTried(other))) {
    const title = `the ${cell.victim}: ${cell.outcomes.join(", ") || "nobody notices"}`;
    for (let round = 1; round <= ROUNDS; round++) test(ROUNDS > 1 ? `${title} (${round})` : title, () => killAt(cell));
  }
});
