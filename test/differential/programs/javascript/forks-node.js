const { fork, spawnSync } = require("node:child_process");
const fs = require("node:fs");

if (process.send === undefined) {
  const child = fork(__filename, ["argument"], { env: { ...process.env, ADDED: "1" } });
  child.on("message", (message) => {
    console.log(message);
    child.send("enough");
  });
  child.on("exit", (code, signal) => {
    console.log("exit", code, signal);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["-p", "[process.argv, process.execArgv, process.ppid, require.main?.id, __filename]"],
      { encoding: "utf8" },
    );
    console.log(stdout, stderr);
  });
} else {
  const hasGate = fs.readFileSync("/proc/self/maps", "utf8").includes("gate");
  process.send({
    argv: process.argv,
    execArgv: process.execArgv,
    env: Object.keys(process.env).sort(),
    hasGate,
    parent: process.ppid,
    isMain: require.main === module,
  });
  process.on("message", (message) => {
    console.log("told", message);
    process.exit(3);
  });
}
