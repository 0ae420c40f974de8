/**
 * The launcher's wire protocol, worker side: requests as bytes, bytes as events. native/PROTOCOL.md describes it; this
 * module follows it byte by byte and decides nothing. What an event holds of its payload is a view of it.
 */

export const PROTOCOL_VERSION = 3;
export const FRAME_HEADER_BYTES = 12;
export const FRAME_PAYLOAD_MAX_BYTES = 1_048_576;
/** What a box may be sent on each of its channels before the launcher has passed any of it on. */
export const CHANNEL_CREDIT_BYTES = 262_144;

export const REQUEST = {
  hello: 1,
  define: 2,
  prepare: 3,
  load: 4,
  start: 5,
  stdin: 6,
  stdinEnd: 7,
  kill: 8,
  list: 9,
  read: 10,
  release: 11,
  retire: 12,
} as const;

type Request = (typeof REQUEST)[keyof typeof REQUEST];

/** The launcher sent what no launcher of this protocol sends: the connection is of no use any more. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** What `PREPARE` asks for. */
export interface BoxSize {
  readonly diskBytes: number;
  readonly inodes: number;
  /** The most processes that any run of the box may be given. */
  readonly processes: number;
}

/** No zygote gives birth to what parks in the box: the launcher does. */
export const NO_ZYGOTE = 0;

/** The limits of `START`. */
export interface StartLimits {
  readonly memoryBytes: number;
  readonly cpuUs: number;
  readonly wallUs: number;
  readonly outputBytes: number;
  readonly processes: number;
  /** Keep the work directory after the end. */
  readonly isKept: boolean;
}

const START_LIMITS_BYTES = 40;

/** `value`: a non-negative integer up to 2^53 - 1, without the cost of a BigInt. */
export function writeU64(target: Buffer, value: number, offset: number): number {
  target.writeUInt32LE(value % 0x1_0000_0000, offset);
  return target.writeUInt32LE(Math.floor(value / 0x1_0000_0000), offset + 4);
}

function readU64(source: Buffer, offset: number): number {
  return source.readUInt32LE(offset) + source.readUInt32LE(offset + 4) * 0x1_0000_0000;
}

/**
 * The start of a frame: its header and room for the first `headBytes` of its payload.
 * @param payloadBytes size of the whole payload, those first bytes included.
 */
function beginFrame(type: Request, box: number, payloadBytes: number, headBytes = 0): Buffer {
  if (payloadBytes > FRAME_PAYLOAD_MAX_BYTES) throw new RangeError(`A frame cannot hold ${payloadBytes} bytes.`);
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + headBytes);
  frame.writeUInt32LE(payloadBytes, 0);
  frame.writeUInt32LE(type, 4);
  frame.writeUInt32LE(box, 8);
  return frame;
}

/** The header of a frame whose payload follows it. */
export function encodeHeader(type: Request, box: number, payloadBytes = 0): Buffer {
  return beginFrame(type, box, payloadBytes);
}

export function encodeHello(): Buffer {
  const frame = beginFrame(REQUEST.hello, 0, 4, 4);
  frame.writeUInt32LE(PROTOCOL_VERSION, FRAME_HEADER_BYTES);
  return frame;
}

/** @param zygote {@link NO_ZYGOTE}, or which of the plan's, counted from 1. */
export function encodePrepare(box: number, size: BoxSize, zygote = NO_ZYGOTE): Buffer {
  const frame = beginFrame(REQUEST.prepare, box, 20, 20);
  let at = writeU64(frame, size.diskBytes, FRAME_HEADER_BYTES);
  at = frame.writeUInt32LE(size.inodes, at);
  at = frame.writeUInt32LE(size.processes, at);
  frame.writeUInt32LE(zygote, at);
  return frame;
}

/** Nobody will ask for boxes of this zygote for a while. */
export function encodeRetire(zygote: number): Buffer {
  const frame = beginFrame(REQUEST.retire, 0, 4, 4);
  frame.writeUInt32LE(zygote, FRAME_HEADER_BYTES);
  return frame;
}

/** A `START` frame up to its script part, whose `scriptBytes` bytes follow it. */
export function encodeStart(box: number, limits: StartLimits, scriptBytes: number): Buffer {
  const frame = beginFrame(REQUEST.start, box, START_LIMITS_BYTES + scriptBytes, START_LIMITS_BYTES);
  let at = writeU64(frame, limits.memoryBytes, FRAME_HEADER_BYTES);
  at = writeU64(frame, limits.cpuUs, at);
  at = writeU64(frame, limits.wallUs, at);
  at = writeU64(frame, limits.outputBytes, at);
  at = frame.writeUInt32LE(limits.processes, at);
  frame.writeUInt32LE(limits.isKept ? 1 : 0, at);
  return frame;
}

/** @param path as an `entry` event gave it. */
export function encodeRead(box: number, maxBytes: number, path: Uint8Array): Buffer {
  const frame = beginFrame(REQUEST.read, box, 8 + path.length, 8 + path.length);
  frame.set(path, writeU64(frame, maxBytes, FRAME_HEADER_BYTES));
  return frame;
}

/** `STDIN_END`, `KILL`, `LIST` and `RELEASE`: nothing but a header. */
export type BareRequest = "stdinEnd" | "kill" | "list" | "release";

export function encodeBare(request: BareRequest, box: number): Buffer {
  return beginFrame(REQUEST[request], box, 0);
}

/** How a run ended, in the numbers of the protocol. */
export interface ExitReport {
  readonly cause: number;
  readonly exitKind: "code" | "signal";
  readonly exitValue: number;
  readonly stdoutTruncated: boolean;
  readonly stderrTruncated: boolean;
  readonly cpuUs: number;
  readonly wallUs: number;
  readonly memoryBytes: number;
  readonly oomKills: number;
}

/** What the process that was booted ahead of a run holds of the host's memory, bytes; what it shares with its zygote is the zygote's. */
export interface MeasuredEvent {
  readonly kind: "measured";
  readonly ownBytes: number;
  /** The zygote that gave birth to it, and how many of that kind there are; 0 for none. */
  readonly zygoteBytes: number;
  readonly zygotes: number;
}

export type BoxEvent =
  | { readonly kind: "prepared" }
  | {
      readonly kind: "failed";
      readonly stage: number;
      readonly errno: number;
      readonly index: number;
      readonly detail: string;
    }
  | { readonly kind: "credit"; readonly channel: "load" | "stdin"; readonly bytes: number }
  | { readonly kind: "stdout"; readonly bytes: Buffer }
  | { readonly kind: "stderr"; readonly bytes: Buffer }
  | { readonly kind: "exited"; readonly report: ExitReport }
  /** `path` are the name's bytes: a program may choose ones that are not UTF-8. */
  | { readonly kind: "entry"; readonly size: number; readonly path: Buffer }
  | { readonly kind: "listed"; readonly isComplete: boolean }
  | { readonly kind: "content"; readonly bytes: Buffer }
  | { readonly kind: "readEnd"; readonly errno: number }
  | { readonly kind: "destroyed" }
  /** The interpreter that boots in the box has come to its gate. */
  | { readonly kind: "booted" }
  | MeasuredEvent;

export type ConnectionEvent =
  | { readonly kind: "welcome"; readonly version: number; readonly lanes: number }
  | { readonly kind: "fatal"; readonly reason: string };

export type LauncherEvent = ConnectionEvent | BoxEvent;

/** The last of `EXITED`'s causes. */
const LAST_CAUSE = 6;

function parseExited(payload: Buffer): BoxEvent {
  const cause = payload.readUInt8(0);
  const exitKind = payload.readUInt8(1);
  const truncated = payload.readUInt8(2);
  if (cause > LAST_CAUSE || exitKind > 1 || truncated > 3) throw new ProtocolError("EXITED has an unknown value");
  return {
    kind: "exited",
    report: {
      cause,
      exitKind: exitKind === 0 ? "code" : "signal",
      exitValue: payload.readInt32LE(4),
      stdoutTruncated: (truncated & 1) !== 0,
      stderrTruncated: (truncated & 2) !== 0,
      cpuUs: readU64(payload, 8),
      wallUs: readU64(payload, 16),
      memoryBytes: readU64(payload, 24),
      oomKills: payload.readUInt32LE(32),
    },
  };
}

function parseCredit(payload: Buffer): BoxEvent {
  const channel = payload.readUInt32LE(0);
  if (channel > 1) throw new ProtocolError("CREDIT is for an unknown channel");
  return { kind: "credit", channel: channel === 0 ? "load" : "stdin", bytes: payload.readUInt32LE(4) };
}

/** An event's name and how many bytes its payload has: exactly, or at least. */
interface EventShape {
  readonly name: string;
  readonly bytes: number;
  readonly isExact: boolean;
  readonly isOfBox: boolean;
  readonly parse: (payload: Buffer) => LauncherEvent;
}

function shape(name: string, bytes: number, isExact: boolean, parse: EventShape["parse"]): EventShape {
  return { name, bytes, isExact, isOfBox: name !== "WELCOME" && name !== "FATAL", parse };
}

const FIRST_EVENT = 129;

/** In the order of their numbers. */
const EVENTS: readonly EventShape[] = [
  shape("WELCOME", 8, true, (p) => ({ kind: "welcome", version: p.readUInt32LE(0), lanes: p.readUInt32LE(4) })),
  shape("PREPARED", 0, true, () => ({ kind: "prepared" })),
  shape("FAILED", 12, false, (p) => ({
    kind: "failed",
    stage: p.readUInt8(0),
    errno: p.readInt32LE(4),
    index: p.readUInt32LE(8),
    detail: p.toString("utf8", 12),
  })),
  shape("CREDIT", 8, true, parseCredit),
  shape("STDOUT", 1, false, (bytes) => ({ kind: "stdout", bytes })),
  shape("STDERR", 1, false, (bytes) => ({ kind: "stderr", bytes })),
  shape("EXITED", 40, true, parseExited),
  shape("ENTRY", 9, false, (p) => ({ kind: "entry", size: readU64(p, 0), path: p.subarray(8) })),
  shape("LISTED", 1, true, (p) => ({ kind: "listed", isComplete: p.readUInt8(0) !== 0 })),
  shape("CONTENT", 1, false, (bytes) => ({ kind: "content", bytes })),
  shape("READ_END", 4, true, (p) => ({ kind: "readEnd", errno: p.readInt32LE(0) })),
  shape("DESTROYED", 0, true, () => ({ kind: "destroyed" })),
  shape("FATAL", 0, false, (p) => ({ kind: "fatal", reason: p.toString("utf8") })),
  shape("BOOTED", 0, true, () => ({ kind: "booted" })),
  shape("MEASURED", 20, true, (p) => ({
    kind: "measured",
    ownBytes: readU64(p, 0),
    zygoteBytes: readU64(p, 8),
    zygotes: p.readUInt32LE(16),
  })),
];

/**
 * Makes sense of one frame.
 * @throws {ProtocolError} when there is no such event or it is not shaped like this.
 */
export function parseEvent(type: number, box: number, payload: Buffer): LauncherEvent {
  const event = EVENTS[type - FIRST_EVENT];
  if (event === undefined) throw new ProtocolError(`There is no event ${type}`);
  if (event.isExact ? payload.length !== event.bytes : payload.length < event.bytes)
    throw new ProtocolError(`${event.name} cannot have ${payload.length} bytes`);
  if ((box !== 0) !== event.isOfBox) throw new ProtocolError(`${event.name} cannot concern box ${box}`);
  return event.parse(payload);
}
