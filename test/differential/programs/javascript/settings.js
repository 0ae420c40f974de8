const v8 = require("node:v8");
const names = (value) => Object.getOwnPropertyNames(value).sort();
console.log(names(globalThis).join(" "));
console.log(names(process).join(" "));
console.log(
  process.features,
  process.allowedNodeEnvironmentFlags.size,
  process.exitCode,
  process.debugPort,
  process.noDeprecation,
  process.throwDeprecation,
);
console.log(
  v8.getHeapStatistics().heap_size_limit,
  v8.cachedDataVersionTag(),
  require("node:buffer").constants,
  Error.stackTraceLimit,
);
console.log(
  require("node:module").builtinModules.length,
  process.moduleLoadList.length > 100,
  process.report.directory,
  process.sourceMapsEnabled,
);
console.log(
  process.listeners("exit").length,
  process.eventNames(),
  process.getActiveResourcesInfo(),
  process.hasUncaughtExceptionCaptureCallback(),
);
console.log(
  process.constrainedMemory(),
  require("node:os").totalmem() > 0,
  process.permission,
  process.connected,
  process.channel,
);
