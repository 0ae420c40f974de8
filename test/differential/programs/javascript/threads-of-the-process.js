const fs = require("node:fs");
for (const task of fs.readdirSync("/proc/self/task")) {
  const status = fs.readFileSync(`/proc/self/task/${task}/status`, "latin1");
  console.log(
    task,
    status
      .match(/^(Name|State|SigBlk|SigIgn|CapEff|NoNewPrivs|Seccomp|Seccomp_filters|Cpus_allowed):.*$/gm)
      .join(" ")
      .replace(/State:\t\S \(\w+\)/, ""),
  );
}
