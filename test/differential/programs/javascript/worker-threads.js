const { Worker, isMainThread, parentPort, workerData, threadId, resourceLimits } = require("node:worker_threads");

if (isMainThread) {
  console.log(threadId, resourceLimits, parentPort);
  const worker = new Worker(__filename, { workerData: { number: 5 }, argv: ["extra"] });
  worker.on("message", (message) => console.log(message));
  worker.on("exit", (code) => {
    console.log("exit", code);
    const failing = new Worker("throw new Error('in a worker')", { eval: true });
    failing.on("error", (error) => console.log(error.message, error.stack.split("\n")[1]));
  });
} else {
  const { argv, execArgv, pid } = process;
  parentPort.postMessage({ threadId, argv, execArgv, pid, workerData, isMain: require.main === module });
  parentPort.postMessage([module.filename, Object.keys(require.cache)]);
  let depth = 0;
  const down = () => {
    depth++;
    down();
  };
  try {
    down();
  } catch (error) {
    parentPort.postMessage([depth > 1000, error.message]);
  }
}
