import { expect, test } from "vitest";
import type { RunResult } from "../../domain/execution.ts";
import { DEFAULT_RUN_LIMITS } from "../../domain/limits.ts";
import type { ExecutionOutcome } from "../../engine/engine.ts";
import type { LanguageRegistry } from "../../languages/registry.ts";
import { examineLanguages } from "./examine-languages.ts";

const LANGUAGE = {
  name: "Some",
  aliases: [],
  extensions: [".x"],
  isAvailable: true,
  versions: ["1.2.3"],
  mainFile: "main.x",
  limits: DEFAULT_RUN_LIMITS,
  compileLimits: null,
  hello: "hello",
  install: null,
  troubles: [],
};

const RUN: RunResult = {
  status: "ok",
  exit: { kind: "code", code: 0 },
  stdout: Buffer.from("Hello, world!\n"),
  stderr: new Uint8Array(),
  stdoutTruncated: false,
  stderrTruncated: false,
  cpuMs: 1,
  wallMs: 1.5,
  memoryBytes: 1,
  cached: false,
  warm: false,
  message: null,
};

const ABSENT = { ...LANGUAGE, id: "absent", isAvailable: false, versions: [], install: "apt-get install absent" };

function examine(list: ReturnType<LanguageRegistry["list"]>, outcomes: Record<string, ExecutionOutcome>) {
  const manifest = (id: string) => ({ id, name: id, mainFile: { default: "main.x", topLevelName: null } });
  const find = (id: string) => ({ ...LANGUAGE, manifest: manifest(id), version: "1.2.3" });
  const registry = { find, list: () => list, trees: () => [] } as unknown as LanguageRegistry;
  const execute = async ({ language }: { language: string }) => outcomes[language] as ExecutionOutcome;
  return Array.fromAsync(examineLanguages(registry, { execute }));
}

test("a language says hello, or is degraded, or is absent with what brings it", async () => {
  const languages = [{ ...LANGUAGE, id: "good" }, { ...LANGUAGE, id: "mute" }, { ...LANGUAGE, id: "broken" }, ABSENT];
  const findings = await examine(languages, {
    good: { status: "ok", compile: null, run: RUN },
    mute: { status: "ok", compile: null, run: { ...RUN, stdout: new Uint8Array() } },
    broken: {
      status: "compile_error",
      compile: { ...RUN, status: "runtime_error", message: "exit code 1" },
      run: null,
    },
  });
  expect(findings).toEqual([
    { check: "good", verdict: "pass", reason: "Some 1.2.3 says hello in 2 ms.", remedy: null },
    { check: "mute", verdict: "degraded", reason: "Some does not say hello: ok.", remedy: null },
    {
      check: "broken",
      verdict: "degraded",
      reason: "Some does not say hello: compile_error, exit code 1.",
      remedy: null,
    },
    { check: "absent", verdict: "absent", reason: "Some is not installed.", remedy: "apt-get install absent" },
  ]);
});

test("what of a language is here and cannot be used is told, and not taken for absent", async () => {
  const trouble = "/usr/bin/some did not say its version within 30 s.";
  const findings = await examine([{ ...ABSENT, id: "slow", troubles: [trouble] }], {});
  expect(findings[0]).toEqual({ check: "slow", verdict: "degraded", reason: trouble, remedy: null });
});

test("no language at all is a failure", async () => {
  const findings = await examine([ABSENT], {});
  expect(findings.at(-1)).toMatchObject({ check: "languages", verdict: "fail", remedy: "apt-get install absent" });
});
