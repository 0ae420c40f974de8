console.log("never printed");
function half(x) {
  return x /
}
