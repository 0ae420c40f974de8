import type { Execution, ExecutionResult, RunResult, SourceFile } from "../domain/execution.ts";
import type { Status } from "../domain/outcome.ts";
import type { Progress } from "../domain/progress.ts";
import type { Command } from "../languages/command.ts";
import { artifactNames, compileCommand, compileFiles, covers, runCommand } from "../languages/command.ts";
import type { LanguageRegistry } from "../languages/registry.ts";
import type { Toolchain } from "../languages/toolchain.ts";
import type { BoxFile, RunSpec, Sandbox } from "../sandbox/sandbox.ts";
import type { WarmStart } from "../sandbox/warm-start.ts";
import type { Log } from "../telemetry/log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { NO_SPAN, type Span, traced } from "../telemetry/tracing.ts";
import { createCompileCache } from "./compile-cache/compile-cache.ts";
import { compileKey } from "./compile-cache/compile-key.ts";
import type { Compiled } from "./compile-cache/compiled.ts";
import type { FileStore } from "./compile-cache/file-store.ts";
import { createLaunch, type Launched } from "./launch.ts";
import { unstartedResult } from "./run-results.ts";
import { fitsWarmStart, type WarmStarts } from "./warm-starts.ts";

/** What an execution came to. When it was queued and on which node it ran is known to whoever called. */
export type ExecutionOutcome = Pick<ExecutionResult, "status" | "compile" | "run">;

/** Runs executions: compiles where the language does, each step in a box of its own. */
export interface Engine {
  /**
   * Resolves however the program ended, and however the engine failed to run it (`internal_error`).
   * An aborted `signal` kills what runs; the outcome is then `cancelled`. `progress` is told what happens meanwhile; null
   * where nobody wants to know.
   * @throws {EngineError} `unknown_language` or `invalid_field` when there is no such toolchain here.
   */
  execute(
    execution: Execution,
    options: { readonly signal: AbortSignal; readonly span?: Span; readonly progress?: Progress | null },
  ): Promise<ExecutionOutcome>;
}

/** What kills a run, and where it is traced. */
interface Watched {
  readonly signal: AbortSignal;
  readonly span: Span;
}

/** Permission bits of the client's files, and of what a compiler made: a program is an executable. */
const SOURCE_MODE = 0o644;
const ARTIFACT_MODE = 0o755;

export function createEngine(deps: {
  readonly sandbox: Pick<Sandbox, "run">;
  readonly languages: Pick<LanguageRegistry, "find">;
  readonly warmStarts: WarmStarts;
  /** Keeps compiled programs; null for none. */
  readonly compiledFiles: FileStore | null;
  readonly log: Pick<Log, "warn">;
  readonly telemetry: Pick<Telemetry, "runRetried">;
}): Engine {
  const launch = createLaunch(deps);
  const compiled = createCompileCache(deps.compiledFiles);

  /** Null for a language without a compiler. */
  async function compile(
    toolchain: Toolchain,
    execution: Execution,
    { signal, span }: Watched,
  ): Promise<Compiled | null> {
    const command = compileCommand(toolchain, execution);
    if (command === null) return null;
    const limits = execution.compileLimits;
    const files = compileFiles(toolchain, execution);
    const wanted = artifactNames(toolchain, execution);
    const get = (step: Span) =>
      compiled.get(compileKey({ toolchain, command, files, artifacts: wanted }), {
        limits,
        signal,
        onAbort: () => ({ result: unstartedResult({ status: "cancelled", message: null }), artifacts: [] }),
        compile: (shared) => {
          const spec = { ...command, files: files.map(toSource), limits };
          // Options of the request's may be such that it has to be started with.
          const start = execution.compileArgs.length === 0 ? (deps.warmStarts.get(toolchain)?.compile ?? null) : null;
          return runCompiler(spec, start, wanted, { id: execution.id, signal: shared, span: step });
        },
      });
    return traced(span, "compile", get, ({ result: { cached, status } }) => ({ cached, status }));
  }

  async function runCompiler(
    given: Pick<RunSpec, keyof Command | "files" | "limits">,
    start: WarmStart | null,
    wanted: readonly string[],
    options: Parameters<typeof launch>[1],
  ): Promise<Compiled> {
    const collect = { wants: (path: string) => covers(wanted, path), maxBytes: given.limits.diskBytes };
    const spec = { ...given, stdin: new Uint8Array(), collect };
    const warm = start !== null && fitsWarmStart(spec, start) ? start : null;
    const launched = await launch({ ...spec, warm }, options);
    const fault = launched.result.status === "ok" ? findArtifactFault(wanted, launched) : null;
    if (fault === null) return { result: launched.result, artifacts: launched.files };
    return { result: { ...launched.result, status: "compile_error", message: fault }, artifacts: [] };
  }

  async function run(
    toolchain: Toolchain,
    execution: Execution,
    artifacts: readonly SourceFile[],
    { progress, ...watched }: Watched & { readonly progress: Progress | null },
  ): Promise<RunResult> {
    const spec = {
      ...runCommand(toolchain, execution, artifacts),
      files: withArtifacts(execution.files, artifacts),
      stdin: execution.stdin,
      limits: execution.limits,
      collect: null,
      onOutput: progress?.printed,
    };
    const start = deps.warmStarts.get(toolchain)?.run ?? null;
    const warm = start !== null && fitsWarmStart(spec, start) ? start : null;
    const { result } = await launch({ ...spec, warm }, { id: execution.id, ...watched, onRetry: progress?.started });
    progress?.ended(result);
    return result;
  }

  return {
    async execute(execution, { signal, span = NO_SPAN, progress = null }) {
      if (signal.aborted) return { status: "cancelled", compile: null, run: null };
      progress?.started();
      const toolchain = deps.languages.find(execution.language, execution.version);
      const made = await compile(toolchain, execution, { signal, span });
      const compileResult = made?.result ?? null;
      if (compileResult !== null) progress?.compiled(compileResult);
      if (compileResult !== null && compileResult.status !== "ok") {
        return { status: statusAfterCompile(compileResult.status), compile: compileResult, run: null };
      }
      const artifacts = made?.artifacts ?? [];
      const ran = await traced(span, "run", (step) =>
        run(toolchain, execution, artifacts, { signal, span: step, progress }),
      );
      return { status: ran.status, compile: compileResult, run: ran };
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
