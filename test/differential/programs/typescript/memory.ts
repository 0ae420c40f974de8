const usage: NodeJS.MemoryUsage = process.memoryUsage();
console.log(Object.keys(usage), `\n~memory-bytes ${usage.rss}`, `\n~memory-bytes ${usage.heapUsed}`);
console.log(`~memory-bytes ${process.resourceUsage().maxRSS * 1024}`);
