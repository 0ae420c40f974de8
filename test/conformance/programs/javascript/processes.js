const { execFileSync } = require("node:child_process");

process.stdout.write(execFileSync("cat", { input: "through a child\n" }));
