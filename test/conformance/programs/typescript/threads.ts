import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

if (isMainThread) {
  const sums = [1, 2, 3, 4].map(
    (factor: number) =>
      new Promise<number>((resolve) => new Worker(process.argv[1]!, { workerData: factor }).once("message", resolve)),
  );
  console.log((await Promise.all(sums)).reduce((a, b) => a + b));
} else {
  let sum: number = 0;
  for (let k = 1; k <= 1000; k++) sum += workerData * k;
  parentPort!.postMessage(sum);
}
