function descend(depth) {
  return 1 + descend(depth + 1);
}

console.log(descend(0));
