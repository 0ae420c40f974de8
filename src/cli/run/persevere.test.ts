import { beforeEach, expect, it } from "vitest";
import { UnreachableError } from "../../client/client.ts";
import { EngineError, type ErrorCode } from "../../domain/errors.ts";
import { persevere } from "./persevere.ts";
import type { Runner } from "./run-program.ts";

const REQUEST = { language: "python", code: "" };
const PATIENCE_MS = 200;
const LOST = new UnreachableError("it does not answer: broken", { isConnectionLost: true });

let said: string[];
let asked = 0;

beforeEach(() => {
  said = [];
  asked = 0;
});

/** What comes of a run on a server that fails so, one time after another, and then answers. */
async function run(failures: readonly Error[], signal?: AbortSignal): Promise<unknown> {
  const runner: Runner = {
    languages: async () => [],
    execute: async () => {
      const failure = failures[asked];
      asked += 1;
      if (failure !== undefined) throw failure;
      return "answer" as never;
    },
  };
  const announce = (text: string) => said.push(text);
  const patient = persevere(runner, { announce, patienceMs: PATIENCE_MS, pauseMs: 1 });
  return patient.execute(REQUEST, signal && { signal }).catch((error: unknown) => error);
}

it("asks a server again that is away for a moment, and says so once", async () => {
  const refused = (code: ErrorCode) => new EngineError(code, "not now");
  expect(await run([LOST, LOST, refused("no_worker"), refused("queue_full")])).toBe("answer");
  expect(said).toEqual(["it does not answer: broken; trying again for 0.2 s"]);
});

it("gives up one that stays away", async () => {
  const beganAtMs = performance.now();
  expect(await run(Array.from({ length: 1_000 }, () => LOST))).toBe(LOST);
  expect(performance.now() - beganAtMs).toBeGreaterThanOrEqual(PATIENCE_MS);
  expect(asked).toBeGreaterThan(2);
});

it("asks no sooner than the server says, and not at all where that is too late", async () => {
  const full = (retryAfterSeconds: number) => new EngineError("queue_full", "not now", { retryAfterSeconds });
  const beganAtMs = performance.now();
  expect(await run([full(0.1)])).toBe("answer");
  expect(performance.now() - beganAtMs).toBeGreaterThanOrEqual(95);
  asked = 0;
  const tooLate = full(1);
  expect([await run([tooLate]), asked]).toEqual([tooLate, 1]);
});

it("takes any other answer as it is", async () => {
  for (const error of [new EngineError("rate_limited", "later"), new UnreachableError("it is no Millrace")]) {
    asked = 0;
    expect(await run([error])).toBe(error);
  }
  expect([asked, said]).toEqual([1, []]);
});

it("ends when it is interrupted", async () => {
  expect(await run([LOST], AbortSignal.abort())).toMatchObject({ name: "AbortError" });
  expect(asked).toBe(1);
});
