process.on("exit", (code) => console.log("leaves with", code, process.exitCode));
process.exitCode = 3;
setTimeout((): never => process.exit(), 1);
