import { createHash } from "node:crypto";
import type { SourceFile } from "../../domain/execution.ts";
import type { Command } from "../../languages/command.ts";

/** All that a compiler's result depends on. */
export interface CompileInput {
  readonly language: string;
  readonly version: string;
  /** Which compiler it is: not its name but its file. */
  readonly compiler: string;
  readonly command: Command;
  /** In order: the first is the main file. */
  readonly files: readonly SourceFile[];
}

/**
 * Equal for compile runs that make the same program. Limits are not in it: what a compile run used is kept with its result,
 * which serves those whose limits would have allowed that.
 * @returns 64 hexadecimal digits.
 */
export function compileKey({ language, version, compiler, command, files }: CompileInput): string {
  const { executable, argv, env } = command;
  const described = files.map(({ path, content }) => [path, content.length]);
  const hash = createHash("sha256");
  hash.update(JSON.stringify([language, version, compiler, executable, argv, Object.entries(env), described]));
  for (const { content } of files) hash.update(content);
  return hash.digest("hex");
}
