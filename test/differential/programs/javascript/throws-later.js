process.on("uncaughtExceptionMonitor", (error, origin) => console.log("monitor", error.message, origin));
setTimeout(function later() {
  throw new RangeError("later");
}, 1);
setTimeout(() => console.log("never printed"), 200);
