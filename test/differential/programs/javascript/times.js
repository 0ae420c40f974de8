const { performance, PerformanceObserver, monitorEventLoopDelay } = require("node:perf_hooks");
console.log("~age-seconds", process.uptime());
console.log("~age-seconds", performance.now() / 1000);
console.log("~age-seconds", (Date.now() - performance.timeOrigin) / 1000);
console.log("~cpu-seconds", (process.cpuUsage().user + process.cpuUsage().system) / 1e6);
const milestones = performance.nodeTiming.toJSON();
console.log(
  Object.keys(milestones),
  milestones.nodeStart < milestones.v8Start,
  milestones.v8Start < milestones.environment,
  milestones.environment < milestones.bootstrapComplete,
  milestones.loopStart,
  milestones.loopExit,
);
console.log(
  performance.getEntries(),
  Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 5,
  typeof monitorEventLoopDelay,
);
const start = process.hrtime.bigint();
setTimeout(() => {
  const waited = Number(process.hrtime.bigint() - start) / 1e6;
  console.log(waited >= 9.5, performance.nodeTiming.loopStart > 0);
  const show = (list) => console.log(list.getEntries().map(({ name, entryType }) => [name, entryType]));
  new PerformanceObserver(show).observe({ entryTypes: ["mark", "measure"] });
  performance.mark("one");
  performance.measure("from one", "one");
}, 10);
