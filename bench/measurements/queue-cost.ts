import { randomUUID } from "node:crypto";
import { systemClock } from "../../src/domain/clock.ts";
import { executionId } from "../../src/domain/ids.ts";
import { requirementsOf } from "../../src/domain/requirement.ts";
import { sampleExecution } from "../../src/domain/sample-execution.test-support.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded/embedded-queue.ts";

const WARM_UP_JOBS = 10_000;
const JOBS = 20_000;

const SAMPLE = sampleExecution('print("Hello, world!")\n');

/** What the embedded queue costs of an execution, processor time of this thread: put, taken and acknowledged. Milliseconds. */
export async function measureQueueMs(): Promise<number> {
  const queue = createEmbeddedQueue({ capacity: 1, clock: systemClock });
  const requires = requirementsOf(SAMPLE);
  const offers = new Set(requires);
  const { signal } = new AbortController();
  async function pass(jobs: number): Promise<void> {
    for (let job = 0; job < jobs; job++) {
      const execution = { ...SAMPLE, id: executionId(randomUUID()) };
      const taken = queue.take({ signal, offers });
      await queue.put({
        execution,
        requires,
        submitter: { client: null, address: null },
        acceptedAtMs: systemClock.nowMs(),
        isKept: false,
      });
      await (await taken).ack();
    }
  }
  await pass(WARM_UP_JOBS);
  const before = process.threadCpuUsage();
  await pass(JOBS);
  const { user, system } = process.threadCpuUsage(before);
  await queue.close();
  return (user + system) / 1000 / JOBS;
}
