import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFrameDecoder } from "./frame-decoder.ts";
import {
  encodeBare,
  encodeHeader,
  encodeHello,
  encodePrepare,
  encodeRead,
  encodeRetire,
  encodeStart,
  FRAME_PAYLOAD_MAX_BYTES,
  ProtocolError,
  parseEvent,
  REQUEST,
} from "./wire.ts";

interface Frame {
  readonly type: number;
  readonly box: number;
  readonly payload: Uint8Array;
}

function encodeFrame({ type, box, payload }: Frame): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(payload.length, 0);
  header.writeUInt8(type, 4);
  header.writeUInt32LE(box, 8);
  return Buffer.concat([header, payload]);
}

function decodeAll(chunks: readonly Buffer[]): Frame[] {
  const frames: Frame[] = [];
  const decode = createFrameDecoder((type, box, payload) => {
    frames.push({ type, box, payload: Uint8Array.from(payload) });
  });
  for (const chunk of chunks) decode(chunk);
  return frames;
}

const FRAME = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  box: fc.integer({ min: 0, max: 0xffff_ffff }),
  payload: fc.uint8Array({ maxLength: 80 }),
});

describe("frames", () => {
  it("come out as they went in, wherever the stream was split", () => {
    fc.assert(
      fc.property(fc.array(FRAME), fc.array(fc.nat(120)), (frames, cuts) => {
        const bytes = Buffer.concat(frames.map(encodeFrame));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(bytes.subarray(at));
        expect(decodeAll(chunks)).toEqual(frames.map((f) => ({ ...f, payload: Uint8Array.from(f.payload) })));
      }),
    );
  });

  it("may be split at every single byte", () => {
    const frames = [
      { type: 133, box: 7, payload: Uint8Array.from([1, 2, 3]) },
      { type: 140, box: 7, payload: new Uint8Array() },
    ];
    const bytes = Buffer.concat(frames.map(encodeFrame));
    for (let at = 0; at <= bytes.length; at++)
      expect(decodeAll([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(frames);
  });

  it("may be kept, whatever is read next to where they arrived", () => {
    const bytes = encodeFrame({ type: 133, box: 1, payload: Uint8Array.from([5, 6]) });
    const kept: Buffer[] = [];
    const decode = createFrameDecoder((_type, _box, payload) => kept.push(payload));
    decode(bytes);
    bytes.fill(0);
    expect(kept).toEqual([Buffer.from([5, 6])]);
  });

  it("are refused when too large, without waiting for their payload", () => {
    const header = encodeFrame({ type: 133, box: 1, payload: new Uint8Array() });
    header.writeUInt32LE(FRAME_PAYLOAD_MAX_BYTES + 1, 0);
    expect(() => decodeAll([header])).toThrow(ProtocolError);
  });

  it.each([5, 6, 7])("are refused when byte %d of the header is not zero", (at) => {
    const header = encodeFrame({ type: 133, box: 1, payload: new Uint8Array() });
    header.writeUInt8(1, at);
    expect(() => decodeAll([header])).toThrow(ProtocolError);
  });
});

describe("events", () => {
  const parse = (type: number, box: number, ...payload: number[]) => parseEvent(type, box, Buffer.from(payload));

  it("are read field by field", () => {
    expect(parse(129, 0, 1, 0, 0, 0, 9, 0, 0, 0)).toEqual({ kind: "welcome", version: 1, lanes: 9 });
    expect(parse(130, 3)).toEqual({ kind: "prepared" });
    expect(parse(131, 3, 15, 0, 0, 0, 13, 0, 0, 0, 4, 1, 0, 0, 104, 105)).toEqual({
      kind: "failed",
      stage: 15,
      errno: 13,
      index: 260,
      detail: "hi",
    });
    expect(parse(132, 3, 1, 0, 0, 0, 0, 4, 0, 0)).toEqual({ kind: "credit", channel: "stdin", bytes: 1024 });
    expect(parse(133, 3, 1)).toEqual({ kind: "stdout", bytes: Buffer.from([1]) });
    expect(parse(134, 3, 2)).toEqual({ kind: "stderr", bytes: Buffer.from([2]) });
    expect(parse(136, 3, 1, 0, 0, 0, 1, 0, 0, 0, 97)).toEqual({
      kind: "entry",
      size: 0x1_0000_0001,
      path: Buffer.from("a"),
    });
    expect(parse(137, 3, 0)).toEqual({ kind: "listed", isComplete: false });
    expect(parse(138, 3, 8)).toEqual({ kind: "content", bytes: Buffer.from([8]) });
    expect(parse(139, 3, 27, 0, 0, 0)).toEqual({ kind: "readEnd", errno: 27 });
    expect(parse(140, 3)).toEqual({ kind: "destroyed" });
    expect(parse(141, 0, 110, 111)).toEqual({ kind: "fatal", reason: "no" });
    expect(parse(142, 3)).toEqual({ kind: "booted" });
    const measured = { kind: "measured", ownBytes: 0x1_0000_0002, zygoteBytes: 3, zygotes: 4 };
    expect(parse(143, 3, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0)).toEqual(measured);
  });

  it("say how a run ended", () => {
    const report = Buffer.alloc(40);
    report.set([4, 1, 2]);
    report.writeInt32LE(9, 4);
    report.writeBigUInt64LE(5_000_000_000n, 8);
    report.writeBigUInt64LE(6_000_000_001n, 16);
    report.writeBigUInt64LE(1n << 40n, 24);
    report.writeUInt32LE(3, 32);
    expect(parseEvent(135, 1, report)).toEqual({
      kind: "exited",
      report: {
        cause: 4,
        exitKind: "signal",
        exitValue: 9,
        stdoutTruncated: false,
        stderrTruncated: true,
        cpuUs: 5_000_000_000,
        wallUs: 6_000_000_001,
        memoryBytes: 2 ** 40,
        oomKills: 3,
      },
    });
  });

  it.each([
    ["an unknown type", 143, 1, []],
    ["a request", 1, 1, []],
    ["a PREPARED with a payload", 130, 1, [0]],
    ["a short WELCOME", 129, 0, [1, 0, 0, 0]],
    ["a short FAILED", 131, 1, [1, 0, 0, 0]],
    ["a CREDIT for a third channel", 132, 1, [2, 0, 0, 0, 1, 0, 0, 0]],
    ["an empty STDOUT", 133, 1, []],
    ["an ENTRY without a path", 136, 1, [0, 0, 0, 0, 0, 0, 0, 0]],
    ["an EXITED of an unknown cause", 135, 1, [7, ...new Array(39).fill(0)]],
    ["a box's event for the connection", 130, 0, []],
    ["a connection's event for a box", 141, 1, []],
  ])("are refused: %s", (_what, type, box, payload) => {
    expect(() => parse(type, box, ...payload)).toThrow(ProtocolError);
  });

  it("never fail in another way, whatever arrives", () => {
    fc.assert(
      fc.property(FRAME, ({ type, box, payload }) => {
        try {
          parseEvent(type, box, Buffer.from(payload));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
    );
  });
});

describe("requests", () => {
  it("are laid out as the protocol says", () => {
    expect(encodeHello().toString("hex")).toBe("04000000" + "01000000" + "00000000" + "03000000");
    expect(encodeBare("kill", 0x01020304).toString("hex")).toBe("00000000" + "08000000" + "04030201");
    expect(encodePrepare(2, { diskBytes: 0x1_0000_0002, inodes: 3, processes: 4 }, 5).toString("hex")).toBe(
      "14000000" + "03000000" + "02000000" + "0200000001000000" + "03000000" + "04000000" + "05000000",
    );
    expect(encodeRetire(5).toString("hex")).toBe("04000000" + "0c000000" + "00000000" + "05000000");
    expect(encodeRead(2, 5, Buffer.from("a/b")).toString("hex")).toBe(
      "0b000000" + "0a000000" + "02000000" + "0500000000000000" + "612f62",
    );
    const limits = { memoryBytes: 1, cpuUs: 2, wallUs: 3, outputBytes: 4, processes: 5, isKept: true };
    expect(encodeStart(2, limits, 6).toString("hex")).toBe(
      "2e000000" +
        "05000000" +
        "02000000" +
        "0100000000000000" +
        "0200000000000000" +
        "0300000000000000" +
        "0400000000000000" +
        "05000000" +
        "01000000",
    );
  });

  it("are never larger than a frame may be", () => {
    expect(encodeHeader(REQUEST.define, 0, FRAME_PAYLOAD_MAX_BYTES)).toHaveLength(12);
    expect(() => encodeHeader(REQUEST.define, 0, FRAME_PAYLOAD_MAX_BYTES + 1)).toThrow(RangeError);
  });
});
