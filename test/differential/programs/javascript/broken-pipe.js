const { spawn } = require("node:child_process");
const child = spawn("true");
child.stdin.on("error", (error) => console.log(error.code, error.syscall));
child.on("exit", () => child.stdin.write("x".repeat(100_000)));
