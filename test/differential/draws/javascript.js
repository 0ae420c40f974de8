const crypto = require("node:crypto");
console.log(
  Math.random(),
  [1, 2, 3].map(Math.random).join(""),
  crypto.randomUUID(),
  crypto.randomBytes(16).toString("hex"),
  crypto.randomInt(2 ** 47),
);
console.log(globalThis.crypto.getRandomValues(new Uint32Array(4)).join(""), require("node:fs").mkdtempSync("/tmp/x"));
console.log(require("node:vm").runInNewContext("Math.random()"));
new (require("node:worker_threads").Worker)("console.log(Math.random(), crypto.randomUUID())", { eval: true });
