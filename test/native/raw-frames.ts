import { REQUEST } from "../../src/sandbox/wire.ts";

export const SIZE = { diskBytes: 1 << 20, inodes: 100, processes: 8 };
export const LIMITS = {
  memoryBytes: 1 << 26,
  cpuUs: 1e6,
  wallUs: 1e6,
  outputBytes: 1_000,
  processes: 8,
  isKept: false,
};

export function u32(...values: number[]): Buffer {
  return Buffer.from(new Uint32Array(values).buffer);
}

/** A frame of any type, with any payload. */
export function frame(type: number, box: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(payload.length, 0);
  header.writeUInt8(type, 4);
  header.writeUInt32LE(box, 8);
  return Buffer.concat([header, payload]);
}

export function define(plan: Uint8Array): Buffer {
  return frame(REQUEST.define, 0, plan);
}

/** A plan record of any kind, with any data. */
export function record(kind: number, ...data: Uint8Array[]): Buffer {
  const body = Buffer.concat(data);
  const header = Buffer.alloc(6);
  header.writeUInt16LE(kind, 0);
  header.writeUInt32LE(body.length, 2);
  return Buffer.concat([header, body]);
}

/** A path with its length before it, as plan records have it. */
export function sizedPath(text: string): Buffer {
  return Buffer.concat([u32(text.length), Buffer.from(text)]);
}
