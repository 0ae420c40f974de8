export type Pair = readonly [number, string];
export const double = (value: number): number => 2 * value;
