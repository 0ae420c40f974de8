import { readFileSync } from "node:fs";
import { z } from "zod";
import { MAXIMUM_LIMITS } from "../../src/domain/limits.ts";
import { SLOWNESS } from "../support/slowness.ts";

const PROGRAMS = new URL("programs/", import.meta.url);

const pattern = z.string().transform((source) => new RegExp(source, "m"));
const patterns = z.array(pattern);
const range = z.tuple([z.number(), z.number()]);

const hostCondition = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("no_marker_process") }),
  z.strictObject({ type: z.literal("no_sandbox_process") }),
  z.strictObject({ type: z.literal("no_cgroup_left") }),
  z.strictObject({ type: z.literal("no_mount_left") }),
  z.strictObject({ type: z.literal("no_workdir_left") }),
  z.strictObject({ type: z.literal("worker_alive"), within_ms: z.number() }),
  z.strictObject({ type: z.literal("worker_fds_stable"), max_growth: z.number() }),
  z.strictObject({ type: z.literal("no_glob"), globs: z.array(z.string()) }),
  z.strictObject({ type: z.literal("canary_process_alive") }),
  z.strictObject({ type: z.literal("sysctl_unchanged"), paths: z.array(z.string()) }),
  z.strictObject({ type: z.literal("max_new_processes"), max: z.number() }),
  z.strictObject({ type: z.literal("host_mem_delta_mb"), max: z.number() }),
  z.strictObject({ type: z.literal("host_disk_delta_mb"), max: z.number() }),
  z.strictObject({ type: z.literal("no_setid_files_created") }),
  z.strictObject({ type: z.literal("no_new_zombies") }),
]);

/** Something that must hold on the host after a case. */
export type HostCondition = z.infer<typeof hostCondition>;

/** Says what a person should know of a condition; no rule. */
const noted = z.preprocess((value) => {
  const { note: _note, ...rest } = value as Record<string, unknown>;
  return rest;
}, hostCondition);

const file = z.union([
  z.strictObject({ path: z.string(), text: z.string() }),
  z.strictObject({ path: z.string(), base64: z.string() }),
]);

const limits = z.strictObject({
  cpu_ms: z.int(),
  wall_ms: z.int(),
  memory_mb: z.int(),
  pids: z.int(),
  output_kb: z.int(),
  disk_mb: z.int(),
  fsize_mb: z.int(),
  nofile: z.int(),
  compile_wall_ms: z.int(),
  compile_memory_mb: z.int(),
});

/** What a case's runs must be like. All patterns are of JavaScript, multi-line. */
const expectation = z.strictObject({
  status: z.array(z.string()),
  stdout_must: patterns.optional(),
  stdout_must_if_ok: patterns.optional(),
  stdout_b64: z.base64().optional(),
  exit_code: z.array(z.int()).optional(),
  /** Numbers. */
  signal: z.array(z.int()).optional(),
  cpu_ms_range: range.optional(),
  wall_ms_range: range.optional(),
  any_must_not: patterns.optional(),
  compile_output_must_not: patterns.optional(),
  /** The size of the whole answer. */
  result_bytes_max: z.int().optional(),
  truncated: z.enum(["stdout", "stderr"]).optional(),
  /** What the first group finds has to be another one in each run. */
  distinct: patterns.optional(),
  host: z.array(noted).optional(),
});

/** Strict throughout: a rule that the evaluator does not know must not be passed over. */
const hostileCase = z.strictObject({
  id: z.string(),
  language: z.string(),
  source: z.string(),
  what: z.string(),
  severity: z.string(),
  stdin: z.string().optional(),
  stdin_gen: z.strictObject({ repeat: z.string(), bytes: z.int() }).optional(),
  limits: limits.partial(),
  marker: z.string().nullable(),
  files: z.array(file).optional(),
  upload_as: z.string().optional(),
  /** Paths of files that are to come back with the result. */
  collect: z.array(z.string()).optional(),
  repeat: z.int().optional(),
  /** Ids of cases, this one last, that run one after the other. */
  sequence: z.array(z.string()).optional(),
  parallel: z.strictObject({ with: z.string(), start_after_ms: z.int() }).optional(),
  variants: z.array(z.strictObject({ files: z.array(file), stdout_must: patterns })).optional(),
  env_on_worker: z.record(z.string(), z.string()).optional(),
  expect: expectation,
});

const suiteFile = z.object({
  canary: z.object({ worker_env: z.record(z.string(), z.string()), process_marker: z.string() }),
  defaults: z.strictObject({
    limits,
    status_never: z.array(z.string()),
    any_must_not: patterns,
    /** What deserves a look without being a failure. */
    warn: patterns,
    wall_slack_ms: z.number(),
    host: z.array(noted),
    result: z.array(z.string()),
  }),
  cases: z.array(hostileCase),
});

type SuiteFile = z.infer<typeof suiteFile>;

/** A hostile program, how to run it and what must come of it. Its limits are complete. */
export type HostileCase = Omit<SuiteFile["cases"][number], "limits"> & { readonly limits: z.infer<typeof limits> };

export type Suite = Omit<SuiteFile, "cases"> & { readonly cases: readonly HostileCase[] };

/** Reads `programs/expected.json`: what each hostile program must come to. */
export function readSuite(): Suite {
  const suite = suiteFile.parse(JSON.parse(readFileSync(new URL("expected.json", PROGRAMS), "utf8")));
  const cases = suite.cases.map((tested) => {
    const limits = { ...suite.defaults.limits, ...tested.limits } as HostileCase["limits"];
    return giveTime({ ...tested, limits });
  });
  const defaults = { ...suite.defaults, wall_slack_ms: suite.defaults.wall_slack_ms * SLOWNESS };
  return { ...suite, defaults, cases };
}

/** On a slow processor the limits in time are higher, and so is what a program may have used; it still has to use them up. */
function giveTime(tested: HostileCase): HostileCase {
  const { limits, expect } = tested;
  const longer = (bounds: [number, number] | undefined) =>
    bounds && ([bounds[0], bounds[1] * SLOWNESS] as [number, number]);
  return {
    ...tested,
    limits: {
      ...limits,
      cpu_ms: Math.min(limits.cpu_ms * SLOWNESS, MAXIMUM_LIMITS.cpuMs),
      wall_ms: Math.min(limits.wall_ms * SLOWNESS, MAXIMUM_LIMITS.wallMs),
      compile_wall_ms: Math.min(limits.compile_wall_ms * SLOWNESS, MAXIMUM_LIMITS.wallMs),
    },
    expect: { ...expect, cpu_ms_range: longer(expect.cpu_ms_range), wall_ms_range: longer(expect.wall_ms_range) },
  };
}

export function readProgram(source: string): Buffer {
  return readFileSync(new URL(source, PROGRAMS));
}
