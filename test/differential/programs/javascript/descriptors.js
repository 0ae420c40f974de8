const fs = require("node:fs");
for (const name of fs.readdirSync("/proc/self/fd").sort((a, b) => a - b)) {
  try {
    console.log(
      name,
      fs.readlinkSync(`/proc/self/fd/${name}`).replace(/(pipe|socket):\[\d+\]/, "$1"),
      fs.readFileSync(`/proc/self/fdinfo/${name}`, "latin1").match(/^flags:.*$/m)[0],
    );
  } catch (error) {
    console.log(name, error.code);
  }
}
console.log(fs.openSync("/dev/null"));
