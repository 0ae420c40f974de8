function descend(depth: number): number {
  return 1 + descend(depth + 1);
}

console.log(descend(0));
