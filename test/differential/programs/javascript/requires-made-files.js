const fs = require("node:fs");
fs.mkdirSync("node_modules/thing", { recursive: true });
fs.writeFileSync("node_modules/thing/package.json", '{"main":"lib.js","exports":{".":"./lib.js","./x":"./lib.js"}}');
fs.writeFileSync(
  "node_modules/thing/lib.js",
  "module.exports = [__filename, module.id, module.parent.id, require.main.filename];",
);
console.log(require("thing"), require.resolve("thing/x"), Object.keys(require.cache));
fs.writeFileSync("data.json", '{"a":1}');
console.log(require("./data"), require("./main.js") === module.exports);
fs.writeFileSync("part.mjs", "export const where = import.meta.url; export { default } from 'thing';");
import("./part.mjs").then((part) => console.log(part));
fs.writeFileSync("package.json", '{"type":"module"}');
fs.writeFileSync("late.js", "module.exports = 'a module or not';");
try {
  console.log(require("./late.js"));
} catch (error) {
  console.log(error.name, error.message);
}
