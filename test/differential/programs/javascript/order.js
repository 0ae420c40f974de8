// What is due at once, in the order of the loop's phases.
process.nextTick(() => console.log("tick"));
Promise.resolve().then(() => console.log("microtask"));
queueMicrotask(() => console.log("queued microtask"));
setTimeout(() => {
  console.log("timeout");
  setImmediate(() => {
    console.log("immediate");
    process.nextTick(() => console.log("tick of the immediate"));
    setTimeout(() => console.log("next timeout"), 0);
  });
  process.nextTick(() => console.log("tick of the timeout"));
  Promise.resolve().then(() => console.log("microtask of the timeout"));
}, 0);
const interval = setInterval(() => console.log("never printed"), 10_000);
console.log("main", typeof interval[Symbol.toPrimitive](), interval.hasRef(), setTimeout(() => {}, 1).unref().hasRef());
clearInterval(interval);
