const { execSync } = require("node:child_process");
console.log(Object.entries(process.env), "HOME" in process.env, process.env.LD_PRELOAD, process.env.NOTHING);
const shown = require("node:fs").readFileSync("/proc/self/environ", "latin1");
console.log(shown.replace(/\0*$/, "").split("\0"));
console.log("~zeros-after-environment", shown.match(/\0*$/)[0].length);
process.env.ADDED = 1;
delete process.env.LANG;
console.log(String(execSync("env | sort")), typeof process.env.ADDED);
