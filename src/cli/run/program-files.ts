import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { dirname, extname, relative, resolve, sep } from "node:path";
import type { ExecutionRequest } from "../../protocol/execution-request.ts";
import { UsageError } from "../usage-error.ts";

type RequestFile = NonNullable<ExecutionRequest["files"]>[number];

/**
 * Reads a program's files for a request. They keep their names, as seen from the main file's folder.
 * @param main path of the main file.
 * @param others paths of the others, in that folder or below it.
 * @throws {UsageError} when one cannot be read, or lies elsewhere.
 */
export function readProgram(main: string, others: readonly string[]): Promise<RequestFile[]> {
  const folder = dirname(resolve(main));
  return Promise.all([main, ...others].map((path) => readProgramFile(path, folder)));
}

async function readProgramFile(path: string, folder: string): Promise<RequestFile> {
  const name = relative(folder, resolve(path));
  if (name === ".." || name.startsWith(`..${sep}`)) {
    throw new UsageError(`${path} is not in the main file's folder, ${folder}, or below it`);
  }
  const content = await readOrExplain(path);
  return isUtf8(content)
    ? { path: name, content: content.toString("utf8") }
    : { path: name, content: content.toString("base64"), encoding: "base64" };
}

/**
 * The program's part of a request. A single text whose name is not as its language's files are named goes without a name:
 * a compiler may go by the ending.
 * @param extensions endings of the language's files, with their dot; null when they are not known.
 */
export function programOf(
  files: readonly RequestFile[],
  extensions: readonly string[] | null,
): Pick<ExecutionRequest, "code" | "files"> {
  const [main] = files;
  const isNamed = extensions === null || extensions.includes(extname(main?.path ?? "").toLowerCase());
  if (files.length > 1 || main === undefined || main.encoding === "base64" || isNamed) return { files: [...files] };
  return { code: main.content };
}

/** @throws {UsageError} when it cannot be read. */
export async function readOrExplain(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
