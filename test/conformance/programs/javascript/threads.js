const { Worker, isMainThread, parentPort, workerData } = require("node:worker_threads");

if (isMainThread) {
  const sums = [1, 2, 3, 4].map(
    (factor) => new Promise((resolve) => new Worker(__filename, { workerData: factor }).once("message", resolve)),
  );
  Promise.all(sums).then((all) => console.log(all.reduce((a, b) => a + b)));
} else {
  let sum = 0;
  for (let k = 1; k <= 1000; k++) sum += workerData * k;
  parentPort.postMessage(sum);
}
