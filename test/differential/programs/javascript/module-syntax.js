// The syntax says what it is: a file with import is a module, whatever its name.
import { readFileSync } from "node:fs";
import path, { basename } from "node:path";

const { default: again } = await import("./main.js");
export default 5;
console.log(
  import.meta.url,
  import.meta.filename,
  import.meta.dirname,
  import.meta.main,
  import.meta.resolve("./x.js"),
  Object.keys(import.meta),
);
console.log(typeof require, typeof module, typeof __filename, this, again, basename(process.argv[1]), path.sep);
console.log(readFileSync(import.meta.filename, "utf8").split("\n")[0], new Error("where").stack);
