import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attributeOutcome } from "./attribute-outcome.ts";
import { DEFAULT_RUN_LIMITS } from "./limits.ts";
import type { Evidence, Exit, Status, StopCause } from "./outcome.ts";

const limits = DEFAULT_RUN_LIMITS;

const CAUSES = ["output", "memory", "cpu", "wall", "killed", null] as const satisfies readonly (StopCause | null)[];

const BY_CAUSE: Record<StopCause, Status> = {
  output: "output_limit_exceeded",
  memory: "memory_limit_exceeded",
  cpu: "time_limit_exceeded",
  wall: "time_limit_exceeded",
  killed: "cancelled",
};

const EXITS: readonly (readonly [Exit, Status])[] = [
  [{ kind: "code", code: 0 }, "ok"],
  [{ kind: "code", code: 1 }, "runtime_error"],
  [{ kind: "code", code: 124 }, "runtime_error"],
  [{ kind: "code", code: 137 }, "runtime_error"],
  [{ kind: "signal", signal: "SIGKILL" }, "runtime_error"],
  [{ kind: "signal", signal: "SIGXCPU" }, "runtime_error"],
  [{ kind: "signal", signal: "SIGSEGV" }, "runtime_error"],
];

const CPU = [
  ["below the limit", limits.cpuMs - 1, false],
  ["at the limit", limits.cpuMs, false],
  ["above the limit", limits.cpuMs + 0.001, true],
] as const;

describe("every combination of cause, exit, OOM kills and cpu", () => {
  for (const stopCause of CAUSES) {
    for (const [exit, byExit] of EXITS) {
      for (const oomKills of [0, 1, 3]) {
        for (const [where, cpuMs, isAbove] of CPU) {
          const expected: Status =
            oomKills > 0
              ? "memory_limit_exceeded"
              : stopCause !== null
                ? BY_CAUSE[stopCause]
                : isAbove
                  ? "time_limit_exceeded"
                  : byExit;
          test(`${stopCause}, ${JSON.stringify(exit)}, ${oomKills} OOM kills, cpu ${where}: ${expected}`, () => {
            expect(attributeOutcome({ stopCause, exit, oomKills, cpuMs }, limits).status).toBe(expected);
          });
        }
      }
    }
  }
});

describe("messages", () => {
  const killed: Exit = { kind: "signal", signal: "SIGKILL" };
  const message = (stopCause: StopCause | null, exit: Exit = killed) =>
    attributeOutcome({ stopCause, exit, oomKills: 0, cpuMs: 1 }, limits).message;

  test("name the limit and its value", () => {
    expect(message("cpu")).toBe("more than 2000 ms of cpu time (cpuMs)");
    expect(message("wall")).toBe("more than 6000 ms of wall time (wallMs)");
    expect(message("memory")).toBe("more than 268435456 bytes of memory (memoryBytes)");
    expect(message("output")).toBe("more than 1048576 bytes of output (outputBytes)");
  });

  test("name the signal or the exit code", () => {
    expect(message(null, { kind: "signal", signal: "SIGSEGV" })).toBe("ended by SIGSEGV");
    expect(message(null, { kind: "code", code: 137 })).toBe("exit code 137");
  });

  test("say nothing where the status says it all", () => {
    expect(message(null, { kind: "code", code: 0 })).toBeNull();
    expect(message("killed")).toBeNull();
  });
});

describe("laws", () => {
  const exit: fc.Arbitrary<Exit> = fc.oneof(
    fc.record({ kind: fc.constant("code" as const), code: fc.integer({ min: 0, max: 255 }) }),
    fc.record({
      kind: fc.constant("signal" as const),
      signal: fc.constantFrom("SIGKILL", "SIGTERM", "SIGXCPU", "SIGSEGV"),
    }),
  );
  const evidence: fc.Arbitrary<Evidence> = fc.record({
    stopCause: fc.constantFrom(...CAUSES),
    exit,
    oomKills: fc.nat({ max: 3 }),
    cpuMs: fc.double({ min: 0, max: 2 * limits.cpuMs, noNaN: true }),
  });

  test("ok means exit code 0, no cause, no OOM kill, cpu within its limit; and the other way round", () => {
    fc.assert(
      fc.property(evidence, (facts) => {
        const isClean =
          facts.stopCause === null &&
          facts.oomKills === 0 &&
          facts.cpuMs <= limits.cpuMs &&
          facts.exit.kind === "code" &&
          facts.exit.code === 0;
        expect(attributeOutcome(facts, limits).status === "ok").toBe(isClean);
      }),
    );
  });

  test("how the program exits never changes a verdict about a limit", () => {
    fc.assert(
      fc.property(evidence, exit, (facts, other) => {
        fc.pre(facts.stopCause !== null || facts.oomKills > 0 || facts.cpuMs > limits.cpuMs);
        expect(attributeOutcome({ ...facts, exit: other }, limits)).toEqual(attributeOutcome(facts, limits));
      }),
    );
  });

  test("a run that nothing stopped is never blamed on memory, wall time or output", () => {
    fc.assert(
      fc.property(evidence, (facts) => {
        const { status } = attributeOutcome({ ...facts, stopCause: null, oomKills: 0, cpuMs: 0 }, limits);
        expect(["ok", "runtime_error"]).toContain(status);
      }),
    );
  });
});
