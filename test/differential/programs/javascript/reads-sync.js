const fs = require("node:fs");
const buffer = Buffer.alloc(5);
console.log(fs.readSync(0, buffer), buffer.toString());
try {
  fs.readSync(0, buffer, 0, 5, 0);
} catch (error) {
  console.log(error.code);
}
console.log(JSON.stringify(fs.readFileSync(0, "utf8")), fs.readSync(0, buffer));
console.log(JSON.stringify(fs.readFileSync("/dev/stdin", "utf8")));
