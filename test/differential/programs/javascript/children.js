// Children are not the gate's business.
const { spawnSync, exec } = require("node:child_process");
const show = ({ status, signal, stdout, stderr }) => console.log(status, signal, String(stdout), String(stderr));
show(
  spawnSync("sh", [
    "-c",
    "grep -c gate /proc/self/maps; echo $0 $PPID [$LD_PRELOAD] [$MILLRACE_GATE]; ls /proc/self/fd",
  ]),
);
show(spawnSync("bash", ["-c", "ulimit -a; trap; umask; echo $SHLVL"]));
show(spawnSync("cat", { stdio: ["inherit", "pipe", "pipe"] }));
show(spawnSync("sh", ["-c", "kill -9 $$"]));
show(spawnSync("python3", ["-c", "import os; print(sorted(os.environ), os.getppid())"], { env: { ONLY: "1" } }));
console.log(spawnSync("missing-program").error.code);
exec("echo $((1 + 1)); exit 5", (error, stdout) => console.log(error.code, stdout));
