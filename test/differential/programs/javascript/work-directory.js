const fs = require("node:fs");
console.log(
  process.cwd(),
  fs.readdirSync("."),
  fs.readdirSync("/tmp"),
  fs.readdirSync("/dev/shm"),
  fs.realpathSync("main.js"),
);
for (const path of [".", "main.js", "/tmp"]) {
  const { mode, uid, gid, nlink, size } = fs.statSync(path);
  console.log(path, mode.toString(8), uid, gid, nlink, path === "main.js" ? size : "");
}
console.log("~age-seconds", (Date.now() - fs.statSync("main.js").mtimeMs) / 1000);
console.log("~age-seconds", (Date.now() - fs.statSync("main.js").birthtimeMs) / 1000);
fs.writeFileSync("made", "x");
console.log(fs.statSync("made").mode.toString(8), fs.readdirSync(".").sort(), fs.mkdtempSync("/tmp/made-").length);
const { watch } = fs;
const watcher = watch(".", (event, name) => {
  console.log(event, name);
  watcher.close();
});
fs.writeFileSync("watched", "");
