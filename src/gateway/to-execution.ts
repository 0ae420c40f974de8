import { randomUUID } from "node:crypto";
import { EngineError } from "../domain/errors.ts";
import type { Execution, Priority, SourceFile } from "../domain/execution.ts";
import { executionId } from "../domain/ids.ts";
import { DEFAULT_COMPILE_LIMITS, type Limits } from "../domain/limits.ts";
import { mainFileName } from "../languages/main-file.ts";
import type { LanguageCatalogue } from "../languages/registry.ts";
import type { ExecutionRequest } from "../protocol/execution-request.ts";

/** A program to run and what it is given, as a request says it: what it leaves out has a default. */
export interface Submission {
  readonly language: string;
  readonly version: string | undefined;
  /** The only file, whose name the language decides; or all files, the first is the main one. */
  readonly code: Uint8Array | readonly SourceFile[];
  readonly stdin: Uint8Array;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly compileArgs?: readonly string[] | undefined;
  readonly limits?: LimitsGiven | undefined;
  readonly compileLimits?: LimitsGiven | undefined;
  readonly priority?: Priority | undefined;
}

type LimitsGiven = { readonly [Name in keyof Limits]?: number | undefined };

export function fromRequest(request: ExecutionRequest): Submission {
  return {
    language: request.language,
    version: request.version,
    code: request.files?.map(toSourceFile) ?? Buffer.from(request.code ?? ""),
    stdin: Buffer.from(request.stdin ?? ""),
    args: request.args ?? [],
    env: request.env,
    compileArgs: request.compileArgs,
    limits: request.limits,
    compileLimits: request.compileLimits,
    priority: request.priority,
  };
}

function toSourceFile({ path, content, encoding }: NonNullable<ExecutionRequest["files"]>[number]): SourceFile {
  return { path, content: Buffer.from(content, encoding ?? "utf8") };
}

/**
 * Completes a submission: chooses the toolchain, names the main file, fills in every default.
 * @throws {EngineError} `unknown_language`, `invalid_field`.
 */
export function toExecution(submission: Submission, languages: LanguageCatalogue): Execution {
  const { manifest, version, limits, compileLimits } = languages.find(submission.language, submission.version);
  const { code } = submission;
  if (submission.compileArgs?.length && manifest.compile === undefined) refuseCompileArgs(manifest.name);
  return {
    id: executionId(randomUUID()),
    language: manifest.id,
    version,
    files: code instanceof Uint8Array ? [{ path: mainFileName(manifest, code), content: code }] : code,
    stdin: submission.stdin,
    args: submission.args,
    env: submission.env ?? {},
    compileArgs: submission.compileArgs ?? [],
    limits: withDefaults(submission.limits, limits),
    compileLimits: withDefaults(submission.compileLimits, compileLimits ?? DEFAULT_COMPILE_LIMITS),
    priority: submission.priority ?? "normal",
  };
}

function refuseCompileArgs(language: string): never {
  const message = `${language} has no compiler to give arguments to; leave it out or empty`;
  throw new EngineError("invalid_field", message, { fields: [{ path: "/compileArgs", message }] });
}

function withDefaults(given: LimitsGiven | undefined, defaults: Limits): Limits {
  if (given === undefined) return defaults;
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(set) };
}
