import { isUtf8 } from "node:buffer";
import { constants } from "node:os";
import type { Send } from "./run-feed.ts";
import type { RunReport, RunSpec } from "./sandbox.ts";
import { errnoName } from "./stages.ts";
import { type BoxEvent, encodeBare, encodeRead, ProtocolError } from "./wire.ts";

export type Collected = Pick<RunReport, "files" | "refusedFiles">;

export interface Collection {
  /** Takes the events `entry`, `listed`, `content` and `readEnd`. */
  receive(event: BoxEvent): void;
}

const REASONS = new Map<number, string>([
  [constants.errno.EFBIG, "larger than what is left of the allowance"],
  [constants.errno.EINVAL, "not a plain file, or one with several names"],
  [constants.errno.ELOOP, "a symbolic link"],
  [constants.errno.EXDEV, "not below the work directory"],
]);

/**
 * Fetches the wanted files of a kept box: lists it, then reads one file after the other. The names are the program's:
 * nothing is done with them but to hand them back to the launcher, which opens them by its own rules.
 */
export function collectFiles(
  box: number,
  collect: NonNullable<RunSpec["collect"]>,
  send: Send,
  done: (collected: Collected) => void,
): Collection {
  const files: { path: string; content: Uint8Array }[] = [];
  const refusedFiles: { path: string; reason: string }[] = [];
  const wanted: { path: string; bytes: Buffer }[] = [];
  let bytesLeft = collect.maxBytes;
  let content: Buffer[] = [];
  let contentBytes = 0;
  /** The one that is being read. */
  let current: string | null = null;

  function note(size: number, bytes: Buffer): void {
    const path = bytes.toString("utf8");
    if (!collect.wants(path, size)) return;
    if (isUtf8(bytes)) wanted.push({ path, bytes });
    else refusedFiles.push({ path, reason: "its name is not UTF-8" });
  }

  function readNext(): void {
    const next = wanted.shift();
    current = next?.path ?? null;
    content = [];
    contentBytes = 0;
    if (next === undefined) done({ files, refusedFiles });
    else send(encodeRead(box, bytesLeft, next.bytes));
  }

  function addContent(bytes: Buffer): void {
    contentBytes += bytes.length;
    if (contentBytes > bytesLeft) throw new ProtocolError("CONTENT is longer than was asked for");
    content.push(bytes);
  }

  function endRead(path: string, errno: number): void {
    if (errno === 0) {
      files.push({ path, content: Buffer.concat(content, contentBytes) });
      bytesLeft -= contentBytes;
    } else {
      refusedFiles.push({ path, reason: REASONS.get(errno) ?? errnoName(errno) });
    }
    readNext();
  }

  send(encodeBare("list", box));

  return {
    receive(event) {
      if (event.kind === "entry") note(event.size, event.path);
      else if (event.kind === "content" && current !== null) addContent(event.bytes);
      else if (event.kind === "readEnd" && current !== null) endRead(current, event.errno);
      else if (event.kind === "listed" && current === null) {
        if (!event.isComplete) refusedFiles.push({ path: ".", reason: "too many files: some were not looked at" });
        readNext();
      } else throw new ProtocolError(`Unexpected ${event.kind} while files are collected`);
    },
  };
}
