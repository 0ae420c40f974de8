/** At most `most` of the names that look like a misspelling of `word`, the nearest first. */
export function nearNames(word: string, names: Iterable<string>, most: number): string[] {
  const wanted = word.toLowerCase();
  return [...names]
    .map((name) => ({ name, distance: editDistance(wanted, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(wanted.length, name.length) / 3)))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

/** The fewest slips that make one word of the other: a character added, dropped, changed, or swapped with its neighbour. */
export function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const change = (previous[column - 1] as number) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1] && row > 1 && column > 1;
      const swap = isSwap ? (beforePrevious[column - 2] as number) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(change, swap, (previous[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length] as number;
}
