import { type Client, UnreachableError } from "../../client/client.ts";
import { EngineError } from "../../domain/errors.ts";
import { StartError } from "../../main/start-error.ts";
import type { ExecutionRequest } from "../../protocol/execution-request.ts";
import type { LanguageEntry } from "../../protocol/languages-response.ts";
import type { Terminal } from "../terminal.ts";
import { EXIT, exitStatusOf, exitStatusOfSignal } from "./exit-status.ts";
import { guessLanguage } from "./guess-language.ts";
import type { Interrupts } from "./interrupts.ts";
import { programOf, type readProgram } from "./program-files.ts";
import { reportOf } from "./report.ts";
import { limitsOf, type RunOptions } from "./run-options.ts";

/** What runs the program: a server, or this process. */
export type Runner = Pick<Client, "execute" | "languages">;

/** A program as the command line names it, read. */
export interface Program {
  /** Path of the main file. */
  readonly path: string;
  readonly files: Awaited<ReturnType<typeof readProgram>>;
  readonly stdin: string;
  readonly args: readonly string[];
}

/**
 * Runs a program, writes what it printed, and ends as it does.
 * @throws {UsageError} when its language cannot be told.
 */
export async function runProgram(
  program: Program,
  options: RunOptions,
  deps: { readonly runner: Runner; readonly interrupts: Interrupts; readonly terminal: Terminal },
): Promise<void> {
  const { runner, interrupts, terminal } = deps;
  const { signal } = interrupts;
  try {
    const request = toRequest(program, options, await runner.languages({ signal }));
    const response = await runner.execute(request, { signal });
    const { stdout, stderr } = reportOf(response);
    terminal.print(options.json ? `${JSON.stringify(response)}\n` : stdout);
    if (!options.json) terminal.complain(stderr);
    terminal.exitWith(exitStatusOf(response));
  } catch (error) {
    if (!signal.aborted) {
      terminal.complain(`millrace: ${explain(error)}\n`);
      terminal.exitWith(EXIT.engine);
    }
  }
  const caught = interrupts.caught();
  if (caught !== null) terminal.exitWith(exitStatusOfSignal(caught));
}

function toRequest(program: Program, options: RunOptions, languages: readonly LanguageEntry[]): ExecutionRequest {
  const language = options.language ?? guessLanguage(program.path, languages);
  const known = languages.find(({ id, aliases }) => [id, ...aliases].includes(language.toLowerCase()));
  return {
    ...programOf(program.files, known?.extensions ?? null),
    language,
    ...(options.version !== undefined && { version: options.version }),
    stdin: program.stdin,
    args: [...program.args],
    env: { ...options.env },
    compileArgs: [...(options.compileArg ?? [])],
    limits: limitsOf(options),
  };
}

/** What a person can do something about is one sentence; anything else is a bug, and goes on up. */
function explain(error: unknown): string {
  if (error instanceof EngineError) return `${error.code}: ${error.message}`;
  if (error instanceof UnreachableError) return error.message;
  if (error instanceof StartError) return `${error.message}. With --url a server runs the program`;
  throw error;
}
