/** Numbers that look random and are the same for the same seed, so that what they found can be found again. */
export interface Random {
  /** From `least` to `most`, both included. */
  integer(least: number, most: number): number;
  bytes(count: number): Buffer;
}

/** Mulberry32, which is small and good enough to find bugs with. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  const integer = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return { integer, bytes: (count) => Buffer.from(Array.from({ length: count }, () => integer(0, 255))) };
}
