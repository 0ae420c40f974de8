const fs = require("node:fs");
import("node:path").then((path) =>
  console.log(path.basename(__filename), typeof fs.readFileSync, Object.keys(path).length),
);
console.log(
  require("node:path") === require("path"),
  (() => {
    try {
      require("./missing");
    } catch (error) {
      return [error.code, error.message, error.requireStack];
    }
  })(),
);
