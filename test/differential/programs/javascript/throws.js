function first(value) {
  return second([value]);
}

class Problem extends Error {
  name = "Problem";
  code = 5;
}

function second(values) {
  throw new Problem("no good: " + values, { cause: new TypeError("its cause") });
}

console.log("before");
process.on("exit", (code) => console.log("exit", code, process.exitCode));
first(1);
