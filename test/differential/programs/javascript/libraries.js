const crypto = require("node:crypto");
const zlib = require("node:zlib");
const util = require("node:util");
console.log(
  crypto.createHash("sha256").update("").digest("hex"),
  crypto.pbkdf2Sync("p", "s", 1, 8, "sha1").toString("hex"),
  crypto.getFips(),
);
console.log(
  zlib.gunzipSync(zlib.gzipSync("text")).toString(),
  util.inspect(new Map([[1, new Set([2])]])),
  structuredClone(new Date(0)),
);
console.log(
  new URL("a?b#c", "http://x/").href,
  Buffer.from("é").toString("hex"),
  util.format("%o", [1]),
  new AbortController().signal.aborted,
);
crypto.randomBytes(8, (error, bytes) => console.log(error, bytes.length));
require("node:fs")
  .promises.readFile("/etc/hostname", "utf8")
  .then(console.log, (error) => console.log(error.code));
console.log(
  new (require("node:vm").Script)("1 + 1").runInNewContext(),
  eval("typeof require"),
  new Function("return typeof require")(),
);
WebAssembly.instantiate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)).then(({ module }) => console.log(module));
