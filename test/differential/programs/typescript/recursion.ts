// How deep a function may call itself, to the nearest thousand.
function dive(depth: number): number {
  try {
    return dive(depth + 1);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return depth;
  }
}
console.log(dive(0) > 5_000);
function fall(): number {
  return 1 + fall();
}
fall();
