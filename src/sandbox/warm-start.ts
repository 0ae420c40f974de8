import { relative } from "node:path";
import type { Limits } from "../domain/limits.ts";
import { WORK_DIRECTORY } from "../domain/work-directory.ts";
import { RLIMIT, runRlimits } from "./rlimits.ts";
import type { BoxFile, RunSpec } from "./sandbox.ts";
import type { Script } from "./script-records.ts";

/**
 * An interpreter that is booted before a run needs it, and stops when it opens its main file. The run then brings the
 * file, and everything goes on as if the interpreter had just been started with it. See native/gate.h.
 */
export interface WarmStart {
  /** Names it within a plan. */
  readonly id: string;
  /**
   * `fork`: a zygote outside the box boots once and gives birth to a process for each box; as cheap as a box without it.
   * `boot`: the interpreter boots in the box, as a program would; what that costs is paid ahead.
   */
  readonly way: "fork" | "boot";
  /** Absolute path in the box. */
  readonly executable: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The file at which it stops: absolute path in the box, for a zygote right in the work directory. null: at its very start. */
  readonly mainFile: string | null;
  /**
   * It is no interpreter that was started as its run would be, but for the file: it finds its arguments in that file, each but the last
   * with a NUL behind it, and does what the run's command would do with them.
   */
  readonly takesArguments: boolean;
  /** It opens the main file, and reads the first byte of what is there, before it boots; see native/early.h. */
  readonly isEarly: boolean;
  /** Files, or `directory/`, that it has looked for before that, absolute paths in the box: a run that has one of them starts cold. */
  readonly unless: readonly string[];
  /** Main files that it would have treated in another way at its very start: a run whose one matches starts cold. */
  readonly unlessMain: RegExp | null;
  /** Modules that it loads where it stops. */
  readonly preload: readonly string[];
  /** Files, by their paths in the work directory, that could stand in for one of those: a run that has one starts cold. */
  readonly unlessFile: RegExp | null;
  /** The limits that it boots under; a run under others starts cold. */
  readonly limits: Limits;
}

/** Where every box has the gate. */
export const GATE_PATH = "/opt/millrace/gate.so";

/** The environment in which it boots. The gate removes the last two, which have to be the last. */
export function bootEnv({ way, env, mainFile, isEarly, preload }: WarmStart): Readonly<Record<string, string>> {
  const kind = isEarly ? `${way}-early` : way;
  const modules = preload.length > 0 ? `+${preload.join(",")}` : "";
  return { ...env, LD_PRELOAD: GATE_PATH, MILLRACE_GATE: `${kind}${modules}:${mainFile ?? `${WORK_DIRECTORY}/`}` };
}

/** What is in place of the main file while it boots. */
export function placeholderOf({ isEarly }: WarmStart): Uint8Array {
  return isEarly ? Uint8Array.of(0x20) : new Uint8Array();
}

/** What the parked process of a box does to boot it there. Interpreters look at their main file before they open it. */
export function bootScript(warm: WarmStart): Script {
  const { mainFile } = warm;
  const content = placeholderOf(warm);
  return {
    files: mainFile === null ? [] : [{ path: relative(WORK_DIRECTORY, mainFile), content, mode: 0o644 }],
    // Processor time is the run's: what is given here it could only have less of.
    rlimits: runRlimits(warm.limits).filter(({ resource }) => resource !== RLIMIT.cpu),
    argv: warm.argv,
    env: bootEnv(warm),
    executable: warm.executable,
    end: "boot",
  };
}

/** The files that a run brings to it. */
export function filesFor(warm: WarmStart, { files, argv }: Pick<RunSpec, "files" | "argv">): readonly BoxFile[] {
  const { takesArguments, mainFile } = warm;
  if (!takesArguments || mainFile === null) return files;
  const content = Buffer.from(argv.slice(1).join("\0"));
  return [...files, { path: relative(WORK_DIRECTORY, mainFile), content, mode: 0o644 }];
}

/** Those that a launcher keeps zygotes for, in the order of their numbers, which begin with 1. */
export function zygotesOf(starts: readonly WarmStart[]): readonly WarmStart[] {
  return starts.filter(({ way }) => way === "fork");
}
