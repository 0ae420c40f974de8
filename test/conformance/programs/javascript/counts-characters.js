const line = require("node:fs").readFileSync(0, "utf8").trimEnd();
console.log([...line].length);
