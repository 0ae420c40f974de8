import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongOnesFirst } from "./test/long-ones-first.ts";
import { SLOWNESS } from "./test/support/slowness.ts";

const isRoot = process.getuid?.() === 0;

/** Ample, for a host that does other things too: who waits for what comes true loses nothing by it. */
const expect = { poll: { timeout: 20_000 } };

/** The machine has other things to do as well: what passes at the second try is told by the reporter, not hidden. */
const RETRIES = 1;

/**
 * These measure limits, look at the whole host, or kill and starve what is on it: nothing else runs meanwhile. All others look
 * at nothing but what they have started themselves, on ports and in directories of its own.
 */
const ALONE = [
  "test/faults/**/*.test.ts",
  "test/hosts/*.test.ts",
  "test/integration/limits/*.test.ts",
  // Started again, its server has to get the number, and so the user, that it had.
  "test/integration/compile-cache.test.ts",
  // Its server takes no notice of the host's instances, nor they of it: their boxes have the same ids.
  "test/integration/container.test.ts",
  "test/integration/{leftovers,reduced-isolation}.test.ts",
  "test/integration/cli/doctor.test.ts",
  "test/security/{attempts,hostile-programs,warm-programs}.test.ts",
];

/** The real launcher, real boxes, the whole server. */
const system = {
  testTimeout: 120_000 * SLOWNESS,
  expect,
  // Some compile the launcher with the sanitizers.
  hookTimeout: 300_000 * SLOWNESS,
  // There a process of its own for each file does not always start in the minute that it is given.
  isolate: SLOWNESS === 1,
  retry: RETRIES,
  ...(isRoot ? { globalSetup: "./test/prepare-host.ts" } : { runner: "./test/skipping-runner.ts" }),
};

export default defineConfig({
  test: {
    reporters: ["default", "./test/reporter.ts"],
    pool: "forks",
    sequence: { sequencer: LongOnesFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "scripts/**/*.test.ts"],
          sequence: { groupOrder: 0 },
          // Many only wait.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          testTimeout: 30_000,
          expect,
          retry: RETRIES,
        },
      },
      {
        test: {
          ...system,
          name: "system",
          include: ["test/**/*.test.ts"],
          exclude: ALONE,
          sequence: { groupOrder: 1 },
          // While one waits another one works; with more, what is bounded in time would be too late.
          maxWorkers: 2,
        },
      },
      {
        test: { ...system, name: "alone", include: ALONE, sequence: { groupOrder: 2 }, fileParallelism: false },
      },
    ],
  },
});
