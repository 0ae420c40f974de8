import { spawnSync } from "node:child_process";

const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", "echo $0 $#; ls -l /proc/self/fd | wc -l; echo e >&2; exit 4"]);
console.log(status, String(stdout), String(stderr));
console.log(spawnSync(process.execPath, ["-p", "process.execArgv.length + process.argv.length"]).stdout.toString());
