// Which comes first.
const log = (text: string): void => console.log(text);
setTimeout(log, 0, "timeout");
setImmediate(log, "immediate");
process.nextTick(log, "tick");
queueMicrotask(() => log("microtask"));
Promise.resolve("promise").then(log);
log("first");
await null;
log("after await");
process.on("beforeExit", () => log("before exit"));
