// Replaces the process, as far as Node can: by its own executable and arguments.
console.log(process.argv, process.execArgv, process.pid, process.env.STEP);
if (process.env.STEP === undefined)
  process.execve(process.execPath, [process.execPath, ...process.execArgv, "main.js", "again"], {
    ...process.env,
    STEP: "2",
  });
