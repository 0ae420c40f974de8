import type { Clock } from "../../domain/clock.ts";

/** How many of the latest jobs the rate is made from. */
const WINDOW = 64;
const LONGEST_SECONDS = 60;

/** Estimates how long waiting jobs will take, from when the latest jobs ended. */
export function createThroughput(clock: Clock) {
  const ended: number[] = [];
  return {
    /** A job ended. */
    count(): void {
      ended.push(clock.nowMs());
      if (ended.length > WINDOW) ended.shift();
    },
    /** Whole seconds until `jobs` more will have ended: 1 to 60, and 1 while nothing is known. */
    secondsFor(jobs: number): number {
      const [first] = ended;
      if (first === undefined) return 1;
      const seconds = (jobs * (clock.nowMs() - first)) / ended.length / 1000;
      return Math.min(LONGEST_SECONDS, Math.max(1, Math.ceil(seconds)));
    },
  };
}
