import { type RunnerTask, type RunnerTestFile, TestRunner } from "vitest";

/** How a test ends that called `context.skip(note)`. */
const SKIPPED = { state: "skip", note: "boxes are made by root: run npm test as root" } as const;

/** Loads the system tests, so that they are counted, and skips every one of them. */
export default class SkippingRunner extends TestRunner {
  onCollected(files: readonly RunnerTestFile[]): void {
    for (const file of files) skip(file);
  }
}

function skip(task: RunnerTask): void {
  if (task.type === "test") {
    task.mode = "skip";
    task.result = SKIPPED;
  } else {
    for (const hooks of Object.values(TestRunner.getSuiteHooks(task))) hooks.length = 0;
    for (const child of task.tasks) skip(child);
  }
}
