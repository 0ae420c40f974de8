// What the kernel tells of the process.
const fs = require("node:fs");
const slurp = (path) => fs.readFileSync(path, "latin1").replaceAll("\0", "|");
console.log(slurp("/proc/self/status"));
for (const name of [
  "cmdline",
  "comm",
  "cgroup",
  "limits",
  "oom_score_adj",
  "timerslack_ns",
  "coredump_filter",
  "loginuid",
  "mounts",
]) {
  console.log(name, slurp(`/proc/self/${name}`));
}
for (const name of ["exe", "cwd", "root"]) console.log(name, fs.readlinkSync(`/proc/self/${name}`));
const [before, after] = slurp("/proc/self/stat").split(") ");
const fields = after.split(" ");
console.log(before, ...fields.slice(0, 6), ...fields.slice(15, 17), fields[35], fields[37], fields[38]);
console.log(
  process.pid,
  process.ppid,
  process.getuid(),
  process.geteuid(),
  process.getgid(),
  process.getgroups(),
  process.umask().toString(8),
);
console.log(
  require("node:os").getPriority(),
  require("node:os").userInfo(),
  require("node:os").hostname(),
  require("node:os").cpus().length,
);
const auxv = new BigUint64Array(fs.readFileSync("/proc/self/auxv").buffer.slice(0));
for (let at = 0; at + 1 < auxv.length; at += 2)
  if ([6n, 11n, 12n, 13n, 14n, 17n, 23n].includes(auxv[at])) console.log(auxv[at], auxv[at + 1]);
