import { FRAME_HEADER_BYTES, FRAME_PAYLOAD_MAX_BYTES, ProtocolError } from "./wire.ts";

/** Takes whole frames. `payload` is the handler's to keep. */
export type FrameHandler = (type: number, box: number, payload: Buffer) => void;

const EMPTY = Buffer.alloc(0);

/**
 * Cuts a stream of bytes into frames, however it was split on the way. Each payload is copied once, so the work is linear
 * in what arrives.
 * @returns takes the next bytes, and keeps none of them. It throws a {@link ProtocolError} when they are not a frame; the stream ends there.
 */
export function createFrameDecoder(onFrame: FrameHandler): (chunk: Buffer) => void {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  let headerFilled = 0;
  /** The payload under construction; null between frames and while the header is not complete. */
  let payload: Buffer | null = null;
  let payloadFilled = 0;

  /** @returns how many bytes of `chunk` from `at` on completed or extended the header. */
  function takeHeader(chunk: Buffer, at: number): number {
    const taken = chunk.copy(header, headerFilled, at, at + FRAME_HEADER_BYTES - headerFilled);
    headerFilled += taken;
    return taken;
  }

  function takePayload(chunk: Buffer, at: number): number {
    const length = payloadLength(header);
    if (payload === null && chunk.length - at >= length) {
      finish(length === 0 ? EMPTY : Buffer.from(chunk.subarray(at, at + length)));
      return length;
    }
    payload ??= Buffer.allocUnsafe(length);
    const taken = chunk.copy(payload, payloadFilled, at, at + length - payloadFilled);
    payloadFilled += taken;
    if (payloadFilled === length) finish(payload);
    return taken;
  }

  function finish(whole: Buffer): void {
    payload = null;
    payloadFilled = headerFilled = 0;
    onFrame(header.readUInt8(4), header.readUInt32LE(8), whole);
  }

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      at += takeHeader(chunk, at);
      if (headerFilled === FRAME_HEADER_BYTES) at += takePayload(chunk, at);
    }
  };
}

/** @throws {ProtocolError} */
function payloadLength(header: Buffer): number {
  const length = header.readUInt32LE(0);
  if (length > FRAME_PAYLOAD_MAX_BYTES) throw new ProtocolError(`A frame of ${length} bytes is too large`);
  if (header.readUIntLE(5, 3) !== 0) throw new ProtocolError("A frame's header has bytes that must be zero");
  return length;
}
