import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";

/** The fields of a request that hold a program. */
export type Source = Pick<ExecutionRequest, "code" | "files">;

/**
 * Reads a program: a file, or a directory whose files all belong to it, the main one first.
 * @throws {Error} when a directory has no main file.
 */
export function readSource(path: string): Source {
  return statSync(path).isDirectory() ? { files: readFiles(path) } : { code: readFileSync(path, "utf8") };
}

function readFiles(directory: string): { path: string; content: string }[] {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(directory, path)).isFile())
    .sort((a, b) => Number(isMain(b)) - Number(isMain(a)) || (a < b ? -1 : 1));
  if (!isMain(paths[0] ?? "")) throw new Error(`${directory} needs a main file`);
  return paths.map((path) => ({ path, content: readFileSync(join(directory, path), "utf8") }));
}

function isMain(path: string): boolean {
  return /^main\.[^.]+$/i.test(path);
}
