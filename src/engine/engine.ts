import type { Execution, ExecutionResult, RunResult, SourceFile } from "../domain/execution.ts";
import type { Status } from "../domain/outcome.ts";
import { artifactNames, compileCommand, compileFiles, isArtifact, runCommand } from "../languages/command.ts";
import type { LanguageRegistry } from "../languages/registry.ts";
import type { Toolchain } from "../languages/toolchain.ts";
import type { BoxFile, Sandbox } from "../sandbox/sandbox.ts";
import type { Log } from "../telemetry/log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { createLaunch, type Launched } from "./launch.ts";
import { fitsWarmStart, type WarmStarts } from "./warm-starts.ts";

/** What an execution came to. When it was queued and on which node it ran is known to whoever called. */
export type ExecutionOutcome = Pick<ExecutionResult, "status" | "compile" | "run">;

/** Runs executions: compiles where the language does, each step in a box of its own. */
export interface Engine {
  /**
   * Resolves however the program ended, and however the engine failed to run it (`internal_error`).
   * An aborted `signal` kills what runs; the outcome is then `cancelled`.
   * @throws {EngineError} `unknown_language` or `invalid_field` when there is no such toolchain here.
   */
  execute(execution: Execution, options: { readonly signal: AbortSignal }): Promise<ExecutionOutcome>;
}

/** What a compile run came to: its result, null for a language without a compiler, and what it made. */
interface Compiled {
  readonly result: RunResult | null;
  readonly artifacts: readonly SourceFile[];
}

/** Permission bits of the client's files, and of what a compiler made: a program is an executable. */
const SOURCE_MODE = 0o644;
const ARTIFACT_MODE = 0o755;

export function createEngine(deps: {
  readonly sandbox: Pick<Sandbox, "run">;
  readonly languages: Pick<LanguageRegistry, "find">;
  readonly warmStarts: WarmStarts;
  readonly log: Pick<Log, "warn">;
  readonly telemetry: Pick<Telemetry, "runRetried">;
}): Engine {
  const launch = createLaunch(deps);

  async function compile(toolchain: Toolchain, execution: Execution, signal: AbortSignal): Promise<Compiled> {
    const command = compileCommand(toolchain, execution);
    if (command === null) return { result: null, artifacts: [] };
    const limits = execution.compileLimits;
    const wanted = artifactNames(toolchain, execution);
    const launched = await launch(
      {
        ...command,
        files: compileFiles(toolchain, execution).map(toSource),
        stdin: new Uint8Array(),
        limits,
        warm: null,
        collect: { wants: (path) => isArtifact(wanted, path), maxBytes: limits.diskBytes },
      },
      { id: execution.id, signal },
    );
    const fault = launched.result.status === "ok" ? findArtifactFault(wanted, launched) : null;
    if (fault === null) return { result: launched.result, artifacts: launched.files };
    return { result: { ...launched.result, status: "compile_error", message: fault }, artifacts: [] };
  }

  async function run(
    toolchain: Toolchain,
    execution: Execution,
    artifacts: readonly SourceFile[],
    signal: AbortSignal,
  ): Promise<RunResult> {
    const spec = {
      ...runCommand(toolchain, execution, artifacts),
      files: withArtifacts(execution.files, artifacts),
      stdin: execution.stdin,
      limits: execution.limits,
      collect: null,
    };
    const start = deps.warmStarts.get(toolchain);
    const warm = start !== undefined && fitsWarmStart(spec, start) ? start : null;
    const { result } = await launch({ ...spec, warm }, { id: execution.id, signal });
    return result;
  }

  return {
    async execute(execution, { signal }) {
      if (signal.aborted) return { status: "cancelled", compile: null, run: null };
      const toolchain = deps.languages.find(execution.language, execution.version);
      const { result: compiled, artifacts } = await compile(toolchain, execution, signal);
      if (compiled !== null && compiled.status !== "ok") {
        return { status: statusAfterCompile(compiled.status), compile: compiled, run: null };
      }
      const ran = await run(toolchain, execution, artifacts, signal);
      return { status: ran.status, compile: compiled, run: ran };
    },
  };
}

/** However the compiler failed, the program has a compile error; unless it was not the compiler that failed. */
function statusAfterCompile(status: Status): Status {
  return status === "cancelled" || status === "internal_error" ? status : "compile_error";
}

/** What is wrong with the files of a compiler that ended well; null when all is there. */
function findArtifactFault(wanted: readonly string[], { files, refusedFiles }: Launched): string | null {
  const [refused] = refusedFiles;
  if (refused !== undefined) return `the compiler made ${refused.path}, which was not taken: ${refused.reason}`;
  if (files.length > 0) return null;
  return `the compiler made no program: ${wanted.join(", ")} is missing`;
}

/** The client's files and the compiler's: of two with one path, the compiler's is the later one. */
function withArtifacts(files: readonly SourceFile[], artifacts: readonly SourceFile[]): BoxFile[] {
  const made = artifacts.map(({ path, content }) => ({ path, content, mode: ARTIFACT_MODE }));
  const madePaths = new Set(artifacts.map(({ path }) => path));
  return [...files.filter(({ path }) => !madePaths.has(path)).map(toSource), ...made];
}

function toSource({ path, content }: SourceFile): BoxFile {
  return { path, content, mode: SOURCE_MODE };
}
