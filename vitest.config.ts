import { defineConfig } from "vitest/config";

/** On an emulated processor everything takes its time. */
const slowness = process.env["MILLRACE_TEST_VM"] === undefined ? 1 : 4;
const isRoot = process.getuid?.() === 0;

/** Ample, for a host that does other things too: who waits for what comes true loses nothing by it. */
const expect = { poll: { timeout: 20_000 } };

/** The machine has other things to do as well: what passes at the second try is told by the reporter, not hidden. */
const RETRIES = 1;

export default defineConfig({
  test: {
    reporters: ["default", "./test/reporter.ts"],
    pool: "forks",
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "scripts/**/*.test.ts"],
          sequence: { groupOrder: 0 },
          testTimeout: 30_000,
          expect,
          retry: RETRIES,
        },
      },
      {
        // The real launcher, real boxes, the whole server: one file at a time, because limits are measured.
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          testTimeout: 120_000 * slowness,
          expect,
          // Some compile the launcher with the sanitizers.
          hookTimeout: 300_000 * slowness,
          retry: RETRIES,
          ...(isRoot ? { globalSetup: "./test/prepare-host.ts" } : { runner: "./test/skipping-runner.ts" }),
        },
      },
    ],
  },
});
