process.on("exit", () => console.log("an exit handler does not run"));
console.log("before");
process.kill(process.pid, "SIGINT");
setTimeout(() => {}, 1000);
