function down(depth) {
  return depth === 0 ? 0 : 1 + down(depth - 1);
}
console.log(down(5_000));
const depthOf = () => {
  let depth = 0;
  const go = () => {
    depth++;
    go();
  };
  try {
    go();
  } catch (error) {
    return [error.name, error.message, Math.round(depth / 2_000)];
  }
};
console.log(depthOf());
console.log(JSON.stringify(JSON.parse("[".repeat(3_000) + "]".repeat(3_000))).length);
down(1e6);
