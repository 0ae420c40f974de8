// A worker knows what its main thread knows.
import { Worker, isMainThread, parentPort, threadId, workerData } from "node:worker_threads";

const source = `
  const { parentPort, workerData, threadId } = require("node:worker_threads");
  parentPort.postMessage([workerData, threadId, process.argv.length, process.execArgv, typeof process.env.LD_PRELOAD]);
`;
console.log(isMainThread, threadId, parentPort, workerData);
const worker = new Worker(source, { eval: true, workerData: { n: 1 } });
worker.on("message", (message: unknown) => console.log(message));
worker.on("exit", (code: number) => console.log("exit", code));
