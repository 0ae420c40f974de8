const fs = require("node:fs");
const source = fs.readFileSync(__filename, "utf8");
console.log(source.length, source.split("\n")[0], fs.statSync(__filename).size);
fs.writeFileSync(__filename, "console.log('written over', module.id); throw new Error('at a line of the new text');\n");
delete require.cache[__filename];
try {
  require(__filename);
} catch (error) {
  console.log(error.stack.split("\n").slice(0, 2));
}
function outer() {
  return new Error("a line of the old text");
}
console.log(outer().stack.split("\n")[1], outer.toString());
