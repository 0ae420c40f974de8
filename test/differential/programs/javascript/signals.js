process.on("SIGUSR2", (signal, number) => {
  console.log("caught", signal, number);
  process.kill(process.pid, "SIGTERM");
});
process.on("SIGTERM", () => {
  console.log("caught SIGTERM", process.listenerCount("SIGTERM"));
  process.removeAllListeners("SIGTERM");
  process.kill(process.pid, "SIGTERM");
});
console.log(process.kill(process.pid, 0));
setTimeout(() => process.kill(process.pid, "SIGUSR2"), 5);
setTimeout(() => console.log("never printed"), 500);
