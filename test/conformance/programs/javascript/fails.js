function inner() {
  throw new TypeError("no way"); // HERE
}

function outer() {
  inner();
}

outer();
