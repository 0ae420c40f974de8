import fc from "fast-check";
import { expect, it } from "vitest";
import { createByteQueue } from "./byte-queue.ts";

it("gives all bytes once and in order, however they are taken", () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 20 }));
  const steps = fc.array(fc.nat(25));
  fc.assert(
    fc.property(parts, steps, (contents, sizes) => {
      const whole = Buffer.concat(contents);
      const queue = createByteQueue(contents);
      const taken: Uint8Array[] = [];
      let left = whole.length;
      for (const size of [...sizes, whole.length]) {
        const bytes = Buffer.concat(queue.take(size));
        expect(bytes.length).toBe(Math.min(size, left));
        left -= bytes.length;
        expect(queue.size()).toBe(left);
        taken.push(bytes);
      }
      expect(Buffer.concat(taken)).toEqual(whole);
    }),
  );
});
