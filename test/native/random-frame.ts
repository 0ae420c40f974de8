import { encodeBare, encodePrepare, encodeRead, encodeStart, REQUEST } from "../../src/sandbox/wire.ts";
import type { Random } from "../support/random.ts";
import { frame, LIMITS, SIZE } from "./raw-frames.ts";

/** Mostly right requests for few boxes, so that they meet them in every state; now and then a damaged one. */
export function randomFrame(random: Random): Uint8Array {
  const box = random.integer(0, 4);
  const bytes = random.bytes(random.integer(0, 64));
  const requests = [
    () => encodePrepare(box, SIZE),
    () =>
      encodePrepare(box, {
        diskBytes: random.integer(0, 1e6),
        inodes: random.integer(0, 9),
        processes: random.integer(0, 3),
      }),
    () => frame(REQUEST.load, box, bytes),
    () => Buffer.concat([encodeStart(box, { ...LIMITS, isKept: random.integer(0, 1) === 1 }, bytes.length), bytes]),
    () => frame(REQUEST.stdin, box, bytes),
    () => encodeBare("stdinEnd", box),
    () => encodeBare("kill", box),
    () => encodeBare("kill", box),
    () => encodeRead(box, 1_000, bytes),
    () => frame(random.integer(0, 255), box, bytes),
    () => random.bytes(random.integer(1, 100)),
  ];
  const made = Buffer.from(requests[random.integer(0, requests.length - 1)]?.() ?? bytes);
  if (random.integer(0, 9) === 0 && made.length > 0) made[random.integer(0, made.length - 1)] = random.integer(0, 255);
  return made;
}
