import type { BoxFile } from "./sandbox.ts";
import { writeU64 } from "./wire.ts";

/** What the parked process of a box is told to do, in this order, before it becomes the program. */
export interface Script {
  readonly files: readonly BoxFile[];
  /** Lowers hard and soft limits. */
  readonly rlimits: readonly { readonly resource: number; readonly value: number }[];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path in the box. */
  readonly executable: string;
  /**
   * `exec`: it becomes the program. `boot`: it becomes an interpreter that stops at its gate and goes on with another
   * script there. `go`: it is at its gate, and what it is stays: arguments, environment and executable are not sent.
   */
  readonly end: "exec" | "boot" | "go";
}

/** A script as bytes. File contents are the caller's own, not copies of them. */
export interface EncodedScript {
  /** Everything but the last record. */
  readonly body: readonly Uint8Array[];
  readonly bodyBytes: number;
  /** The last record: with it the program starts. */
  readonly end: Uint8Array;
}

const RECORD = { file: 1, rlimit: 3, arg: 4, env: 5, exec: 6, boot: 7, go: 8 } as const;
const HEADER_BYTES = 8;
const FILE_HEAD_BYTES = HEADER_BYTES + 8;
const RLIMIT_BYTES = HEADER_BYTES + 16;

/** Below this size copying a file's content costs less than one more part of a `writev`. */
const COPIED_CONTENT_MAX_BYTES = 16_384;

function writeHeader(target: Buffer, at: number, kind: number, length: number): number {
  return target.writeUInt32LE(length, target.writeUInt32LE(kind, at));
}

function writeString(target: Buffer, at: number, kind: number, text: string): number {
  const start = at + HEADER_BYTES;
  const end = start + target.write(text, start);
  writeHeader(target, at, kind, end - start);
  return end;
}

/** Bytes of everything that is copied: all but the large contents. */
function copiedBytes(script: Script, strings: readonly string[]): number {
  let bytes = RLIMIT_BYTES * script.rlimits.length;
  for (const text of strings) bytes += HEADER_BYTES + Buffer.byteLength(text);
  for (const file of script.files) {
    bytes += FILE_HEAD_BYTES + Buffer.byteLength(file.path);
    if (file.content.length <= COPIED_CONTENT_MAX_BYTES) bytes += file.content.length;
  }
  return bytes;
}

export function encodeScript(script: Script): EncodedScript {
  const isGoing = script.end === "go";
  const argv = isGoing ? [] : script.argv;
  const env = isGoing ? [] : Object.entries(script.env).map(([name, value]) => `${name}=${value}`);
  const last = isGoing ? "" : script.executable;
  const target = Buffer.allocUnsafe(copiedBytes(script, [...argv, ...env, last]));
  const body: Uint8Array[] = [];
  let at = 0;
  let partStart = 0;
  let bodyBytes = 0;

  function addPart(part: Uint8Array): void {
    if (part.length === 0) return;
    body.push(part);
    bodyBytes += part.length;
  }

  for (const { path, content, mode } of script.files) {
    const pathStart = at + FILE_HEAD_BYTES;
    const pathBytes = target.write(path, pathStart);
    at = writeHeader(target, at, RECORD.file, 8 + pathBytes + content.length);
    at = target.writeUInt32LE(mode, at);
    at = target.writeUInt32LE(pathBytes, at) + pathBytes;
    if (content.length <= COPIED_CONTENT_MAX_BYTES) {
      target.set(content, at);
      at += content.length;
    } else {
      addPart(target.subarray(partStart, at));
      addPart(content);
      partStart = at;
    }
  }
  for (const { resource, value } of script.rlimits) {
    at = writeHeader(target, at, RECORD.rlimit, 16);
    at = writeU64(target, value, writeU64(target, resource, at));
  }
  for (const argument of argv) at = writeString(target, at, RECORD.arg, argument);
  for (const variable of env) at = writeString(target, at, RECORD.env, variable);
  addPart(target.subarray(partStart, at));
  const end = writeString(target, at, RECORD[script.end], last);
  return { body, bodyBytes, end: target.subarray(at, end) };
}
