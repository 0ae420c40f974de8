import { createHash } from "node:crypto";
import type { SourceFile } from "../../domain/execution.ts";
import type { Command } from "../../languages/command.ts";
import type { Toolchain } from "../../languages/toolchain.ts";

/** All that a compiler's result depends on. */
export interface CompileInput {
  readonly toolchain: Pick<Toolchain, "language" | "version" | "stamp">;
  readonly command: Command;
  /** In order: the first is the main file. */
  readonly files: readonly SourceFile[];
  /** What is taken of what it makes. */
  readonly artifacts: readonly string[];
}

/**
 * Equal for compile runs that make the same program. Limits are not in it: what a compile run used is kept with its result,
 * which serves those whose limits would have allowed that.
 * @returns 64 hexadecimal digits.
 */
export function compileKey({ toolchain, command, files, artifacts }: CompileInput): string {
  const { language, version, stamp } = toolchain;
  const { executable, argv, env } = command;
  const sizes = files.map(({ path, content }) => [path, content.length]);
  const hash = createHash("sha256");
  hash.update(JSON.stringify([language, version, stamp, executable, argv, Object.entries(env), artifacts, sizes]));
  for (const { content } of files) hash.update(content);
  return hash.digest("hex");
}
