import { randomBytes } from "node:crypto";
import type { RunResult } from "../domain/execution.ts";
import type { NodeId } from "../domain/ids.ts";
import type { OutputStream } from "../domain/progress.ts";
import { incompleteTail } from "../protocol/to-response.ts";
import type { ReadUpTo, Told } from "./events.ts";

/** Something that has happened to an execution. That it is done is told by the store. */
export type ExecutionEvent =
  | { readonly kind: "queued" }
  | { readonly kind: "started"; readonly node: NodeId }
  | { readonly kind: "compile"; readonly result: RunResult }
  /** Whole characters, as far as they are UTF-8. */
  | { readonly kind: OutputStream; readonly bytes: Uint8Array };

/** How far a log has been read: so many entries, and so many bytes of the one after them. */
export interface Position {
  readonly entry: number;
  readonly byte: number;
}

export const BEGINNING: Position = { entry: 0, byte: 0 };

/**
 * What has happened to one execution, for any number of readers, each at a pace of its own: they keep nothing but their position.
 * Output of one stream is one entry, however many writes it was; so what a log takes does not depend on how a program writes.
 */
export interface EventLog {
  /** Tells it from others of the same execution: a server that has started anew has another one. */
  readonly key: string;
  add(event: ExecutionEvent): void;
  /** No more comes of a stream; when it was not cut, what is left of a character is given as it is. */
  endStream(stream: OutputStream, wasCut: boolean): void;
  /** @returns null when all that there is was read, and for a position that is beyond it. */
  read(from: Position): { readonly event: ExecutionEvent; readonly next: Position } | null;
  has(position: Position): boolean;
  /** @returns what ends that. */
  onChange(listener: () => void): () => void;
}

/** The most that is read of an output at once, bytes. */
const PART_BYTES = 64 * 1024;
/** What an entry costs besides its bytes, roughly. */
const ENTRY_BYTES = 256;

const NOTHING = Buffer.alloc(0);

type Entry = Exclude<ExecutionEvent, { readonly kind: OutputStream }> | OutputEntry;

interface OutputEntry {
  readonly kind: OutputStream;
  /** What was written is never written again: readers may hold parts of it. */
  buffer: Buffer;
  size: number;
}

/**
 * The next event of a log; see `EventReader`.
 * @param log undefined where there is none: then nothing comes.
 */
export async function nextOf(
  log: EventLog | undefined,
  after: ReadUpTo | null,
  patience: AbortSignal,
): Promise<Told | null> {
  const isOfLog = after !== null && log?.key === after.key && log.has(after);
  const from: Position = isOfLog ? after : BEGINNING;
  for (;;) {
    const read = log?.read(from) ?? null;
    if (log !== undefined && read !== null) return { event: read.event, upTo: { key: log.key, ...read.next } };
    if (patience.aborted) return null;
    await new Promise<void>((resolve) => {
      const stopListening = log?.onChange(wake);
      patience.addEventListener("abort", wake, { once: true });
      function wake(): void {
        stopListening?.();
        patience.removeEventListener("abort", wake);
        resolve();
      }
    });
  }
}

const KEY_BYTES = 4;

/** @param spend asked before so many bytes are kept; once it says no, no more output is. */
export function createEventLog(spend: (bytes: number) => boolean): EventLog {
  const entries: Entry[] = [];
  const listeners = new Set<() => void>();
  /** The beginning of a character whose rest has not come yet. */
  let unfinished: Record<OutputStream, Uint8Array> = { stdout: NOTHING, stderr: NOTHING };
  let isFull = false;

  function print(kind: OutputStream, bytes: Uint8Array): void {
    if (isFull || bytes.length === 0) return;
    const last = entries.at(-1);
    const entry: OutputEntry = last?.kind === kind ? last : { kind, buffer: NOTHING, size: 0 };
    isFull = !spend(bytes.length + (entry === last ? 0 : ENTRY_BYTES));
    if (isFull) return;
    if (entry !== last) entries.push(entry);
    const size = entry.size + bytes.length;
    if (size > entry.buffer.length) entry.buffer = Buffer.concat([entry.buffer.subarray(0, entry.size)], 2 * size);
    entry.buffer.set(bytes, entry.size);
    entry.size = size;
  }

  function add(event: ExecutionEvent): void {
    if ("bytes" in event) {
      const held = unfinished[event.kind];
      const bytes = held.length === 0 ? event.bytes : Buffer.concat([held, event.bytes]);
      const whole = bytes.length - incompleteTail(bytes);
      unfinished[event.kind] = Buffer.from(bytes.subarray(whole));
      print(event.kind, bytes.subarray(0, whole));
    } else {
      if (event.kind === "started") unfinished = { stdout: NOTHING, stderr: NOTHING };
      if (event.kind === "compile") isFull ||= !spend(event.result.stdout.length + event.result.stderr.length);
      if (event.kind !== "compile" || !isFull) entries.push(event);
    }
    for (const listener of listeners) listener();
  }

  function read({ entry, byte }: Position): { event: ExecutionEvent; next: Position } | null {
    const found = entries[entry];
    if (found === undefined) return null;
    if (!("buffer" in found)) return { event: found, next: { entry: entry + 1, byte: 0 } };
    if (byte >= found.size) return entry + 1 < entries.length ? read({ entry: entry + 1, byte: 0 }) : null;
    const part = found.buffer.subarray(byte, Math.min(found.size, byte + PART_BYTES));
    const bytes = byte + part.length < found.size ? part.subarray(0, part.length - incompleteTail(part)) : part;
    return { event: { kind: found.kind, bytes }, next: { entry, byte: byte + bytes.length } };
  }

  return {
    key: randomBytes(KEY_BYTES).toString("hex"),
    add,
    endStream(stream, wasCut) {
      if (!wasCut) print(stream, unfinished[stream]);
      unfinished[stream] = NOTHING;
      for (const listener of listeners) listener();
    },
    read,
    has({ entry, byte }) {
      const found = entries[entry];
      if (found === undefined || !("buffer" in found)) return byte === 0 && entry <= entries.length;
      return byte <= found.size;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
