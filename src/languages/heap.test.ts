import fc from "fast-check";
import { expect, test } from "vitest";
import { heapMiB } from "./heap.ts";

const MIB = 1024 * 1024;

test.each([
  [1024, { fraction: 0.9, reserveMiB: 64 }, 921],
  [512, { fraction: 0.9, reserveMiB: 64 }, 448],
  [256, { fraction: 0.9, reserveMiB: 64 }, 192],
  [64, { fraction: 0.9, reserveMiB: 64 }, 16],
  [256, { fraction: 0.62, reserveMiB: 0 }, 158],
  [1 / MIB, { fraction: 0.9, reserveMiB: 64 }, 1],
])("%d MiB of memory with %j leave %d MiB of heap", (memoryMiB, heap, expected) => {
  expect(heapMiB(memoryMiB * MIB, heap)).toBe(expected);
});

test("a heap is at least 1 MiB, fits into the memory limit, and grows with it", () => {
  const heap = fc.record({ fraction: fc.double({ min: 0.1, max: 1, noNaN: true }), reserveMiB: fc.nat({ max: 256 }) });
  const memory = fc.integer({ min: 4 * MIB, max: 4096 * MIB });
  fc.assert(
    fc.property(memory, memory, heap, (one, other, settings) => {
      const [small, large] = [Math.min(one, other), Math.max(one, other)];
      expect(heapMiB(small, settings)).toBeGreaterThanOrEqual(1);
      expect(heapMiB(small, settings) * MIB).toBeLessThanOrEqual(small);
      expect(heapMiB(small, settings)).toBeLessThanOrEqual(heapMiB(large, settings));
    }),
  );
});
