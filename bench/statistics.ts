/**
 * @param share from 0 to 1, like 0.5 for the median.
 * @returns the smallest value that at least this share of all values does not exceed.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError("There is no percentile of nothing");
  return value;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * Measures two things by turns, so that whatever else happens on the machine hits both. Who is first changes each round.
 * @returns what each gave, round by round.
 */
export async function interleave<A, B>(
  rounds: number,
  measureA: () => Promise<A>,
  measureB: () => Promise<B>,
): Promise<{ readonly a: A[]; readonly b: B[] }> {
  const a: A[] = [];
  const b: B[] = [];
  for (let round = 0; round < rounds; round++) {
    const isAFirst = round % 2 === 0;
    if (isAFirst) a.push(await measureA());
    b.push(await measureB());
    if (!isAFirst) a.push(await measureA());
  }
  return { a, b };
}
