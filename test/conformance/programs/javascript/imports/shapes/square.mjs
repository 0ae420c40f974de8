export function area(side) {
  return side * side;
}
