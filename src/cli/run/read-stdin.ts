import { isUtf8 } from "node:buffer";
import { buffer } from "node:stream/consumers";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { readOrExplain } from "./program-files.ts";

/** How long standard input may stay open before somebody is told why nothing happens, milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * Reads what the program gets as standard input.
 * @param from a file, or `-` for this process's own, which is read to its end. When nobody says, it is our own as well,
 * like in a pipe of commands; but nothing when that is a terminal.
 * @throws {UsageError} when it cannot be read, or is no text: the API takes no other.
 */
export async function readStdin(from: string | undefined, terminal: Pick<Terminal, "complain">): Promise<string> {
  if (from === undefined && process.stdin.isTTY) return "";
  const isOwn = from === undefined || from === "-";
  const content = isOwn ? await readOwn(terminal) : await readOrExplain(from);
  if (isUtf8(content)) return content.toString("utf8");
  throw new UsageError(`${isOwn ? "Standard input" : from} is not UTF-8; a program can be given text only`);
}

async function readOwn(terminal: Pick<Terminal, "complain">): Promise<Buffer> {
  const advice = "millrace: reading standard input until it ends; --stdin /dev/null gives the program none\n";
  const timer = setTimeout(() => terminal.complain(advice), PATIENCE_MS);
  try {
    return await buffer(process.stdin);
  } finally {
    clearTimeout(timer);
  }
}
