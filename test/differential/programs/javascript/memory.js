const v8 = require("node:v8");
const { heapUsed, rss } = process.memoryUsage();
console.log("~memory-bytes", heapUsed);
console.log("~memory-bytes", rss);
console.log("~memory-bytes", process.resourceUsage().maxRSS * 1024);
console.log(
  v8.getHeapStatistics().heap_size_limit,
  v8.getHeapStatistics().number_of_native_contexts,
  v8.getHeapSpaceStatistics().length,
);
console.log(process.availableMemory() > 0, process.constrainedMemory() > 0);
