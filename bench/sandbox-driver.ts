/**
 * A driver of runs through the sandbox's own interface, without HTTP, queue or engine.
 *
 * Usage, as root: sandbox-driver.ts PROGRAM in-tree|as-file
 *
 * PROGRAM is a static binary, alone in its directory. `in-tree`: every box has it already, like a toolchain. `as-file`: each
 * run brings it along, as what a compiler made is brought. Commands and answers are those of the drivers in native/. The
 * launcher is started and privileges are dropped like in src/main/serve.ts.
 */

import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import { readConfig } from "../src/config/config.ts";
import { DEFAULT_RUN_LIMITS } from "../src/domain/limits.ts";
import { WORK_DIRECTORY } from "../src/domain/work-directory.ts";
import { buildLauncher, gateBeside } from "../src/main/build-launcher.ts";
import { NATIVE_DIRECTORY } from "../src/main/package-files.ts";
import { planBoxes } from "../src/main/plan-boxes.ts";
import { dropPrivileges } from "../src/main/privileges.ts";
import { sourcesOf } from "../src/sandbox/box-plan.ts";
import { createSandbox } from "../src/sandbox/create-sandbox.ts";
import { startLauncherProcess } from "../src/sandbox/launcher-process.ts";
import type { RunSpec, Sandbox } from "../src/sandbox/sandbox.ts";
import { createLog } from "../src/telemetry/log.ts";
import type { Batch } from "./driver.ts";

const [program = "", delivery = ""] = process.argv.slice(2);
if (delivery !== "in-tree" && delivery !== "as-file") throw new Error(`There is no delivery "${delivery}"`);

const { slots } = readConfig().config;
const tree = { source: dirname(program), path: "/opt/millrace-bench" };
const spec = await describeRun();
const path = await buildLauncher({ nativeDirectory: NATIVE_DIRECTORY, announce: console.error });
const plan = await planBoxes({
  slots,
  warm: 0,
  toolchains: delivery === "in-tree" ? [tree] : [],
  warmStarts: [],
  gate: gateBeside(path),
});
const launcher = await startLauncherProcess({ path, sources: sourcesOf(plan), log: console.error });
try {
  process.chdir("/");
  dropPrivileges(launcher);
  const log = createLog({ level: "warn" });
  const { socketPath, replace: replaceLauncher } = launcher;
  const sandbox = await createSandbox({ socketPath, plan, slots, prepared: slots, log, replaceLauncher });
  try {
    for await (const command of createInterface({ input: process.stdin })) {
      process.stdout.write(`${JSON.stringify(await carryOut(sandbox, command))}\n`);
    }
  } finally {
    await sandbox.close();
  }
} finally {
  await launcher.stop();
}

async function describeRun(): Promise<RunSpec> {
  const name = basename(program);
  const files = delivery === "as-file" ? [{ path: name, content: await readFile(program), mode: 0o755 }] : [];
  return {
    executable: delivery === "as-file" ? `${WORK_DIRECTORY}/${name}` : `${tree.path}/${name}`,
    argv: [name],
    env: {},
    files,
    stdin: new Uint8Array(),
    limits: DEFAULT_RUN_LIMITS,
    warm: null,
    collect: null,
  };
}

async function carryOut(sandbox: Sandbox, command: string): Promise<Batch> {
  const [verb, lanes, amount] = command.split(" ");
  const startedAtMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const latenciesMs: number[] = [];
  let started = 0;
  let failed = 0;
  let programCpuMs = 0;

  const isMoreToDo = () =>
    verb === "runs" ? started < Number(amount) : performance.now() - startedAtMs < Number(amount);

  async function fillLane(): Promise<void> {
    while (isMoreToDo()) {
      started++;
      const sentAtMs = performance.now();
      const report = await sandbox.run(spec);
      latenciesMs.push(performance.now() - sentAtMs);
      programCpuMs += report.cpuMs;
      const isGood = report.exit.kind === "code" && report.exit.code === 0 && report.stdout.length > 0;
      if (!isGood) failed++;
    }
  }

  await Promise.all(Array.from({ length: Number(lanes) }, fillLane));
  const elapsedMs = performance.now() - startedAtMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { elapsedMs, done: latenciesMs.length, failed, latenciesMs, programCpuMs, cpuMs: (user + system) / 1000 };
}
