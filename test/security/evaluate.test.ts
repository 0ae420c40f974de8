import { describe, expect, it } from "vitest";
import { evaluate, type Observation } from "./evaluate.ts";
import { readSuite } from "./suite.ts";

const suite = readSuite();

const contained: Observation = {
  status: "ok",
  exitCode: 0,
  signal: null,
  stdout: Buffer.from("CONTAINED\n"),
  stderr: Buffer.alloc(0),
  compileOutput: "",
  message: "",
  truncated: [],
  used: { cpuMs: 1, wallMs: 2, memoryBytes: 3 },
  isWarm: false,
  isCompiledWarm: false,
  answerBytes: 500,
};

function judge(id: string, ...changes: Partial<Observation>[]): string[] {
  const tested = suite.cases.find((candidate) => candidate.id === id);
  if (tested === undefined) throw new Error(`There is no case ${id}`);
  return evaluate(
    suite,
    tested,
    changes.map((change) => ({ ...contained, ...change })),
  );
}

const print = (text: string) => ({ stdout: Buffer.from(text) });
const use = (cpuMs: number, wallMs: number, memoryBytes = 1) => ({ used: { cpuMs, wallMs, memoryBytes } });

describe("evaluate", () => {
  it("passes what was contained", () => {
    expect(judge("a01_unshare", {})).toEqual([]);
    expect(judge("c01_cpu_spin", { status: "time_limit_exceeded", ...use(2_001, 2_100) })).toEqual([]);
  });

  it.each<[string, string, Partial<Observation>]>([
    ["an escape", "a01_unshare", print("x\nESCAPE: y\nCONTAINED\n")],
    ["an escape told on standard error", "a01_unshare", { stderr: Buffer.from("ESCAPE: y") }],
    [
      "a canary in what the compiler says",
      "d03_include_secret",
      { status: "compile_error", compileOutput: "HOST-CANARY-7f3a9c" },
    ],
    ["a program that says nothing", "a01_unshare", print("")],
    ["a fault of the engine", "a01_unshare", { status: "internal_error" }],
    ["a status taken from an exit code", "c38_fake_oom", { status: "memory_limit_exceeded", exitCode: 137 }],
    ["another exit code", "c38_fake_oom", { status: "runtime_error", exitCode: 1 }],
    ["another signal", "c42_segv", { status: "runtime_error", exitCode: null, signal: "SIGKILL", ...print("START") }],
    ["too much processor time", "c01_cpu_spin", { status: "time_limit_exceeded", ...use(3_600, 3_700) }],
    ["a run that went on", "a01_unshare", use(1, 9_001)],
    ["memory above the limit", "a01_unshare", use(1, 1, 256 * 1024 * 1024 + 1)],
    ["a run that never was", "a01_unshare", { used: null }],
    [
      "a huge answer",
      "c28_stdout_flood",
      { status: "output_limit_exceeded", truncated: ["stdout"], answerBytes: 3_000_001 },
    ],
    ["a cut that is not told", "c28_stdout_flood", { status: "output_limit_exceeded" }],
    ["changed bytes", "c32_output_bytes", print("BEGIN\nEND\n")],
  ])("notices %s", (_what, id, change) => {
    expect(judge(id, change)).not.toEqual([]);
  });

  it("notices what is alike in several runs", () => {
    const runs = [1, 2, 3].map((number) => print(`hash 1\nrandom ${number}\nurandom ${number}\nuuid4 ${number}\n`));
    expect(judge("e05_random", ...runs)).toEqual([expect.stringContaining("hash")]);
  });

  it("judges each variant by its own rule", () => {
    expect(judge("e11_cache_key", print("VALUE 1\n"), print("VALUE 1\n"), print("VALUE 1\n"))).toHaveLength(1);
  });
});
