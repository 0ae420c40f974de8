import { readFileSync } from "node:fs";
import type { Isolation } from "../../domain/node.ts";
import { createLog } from "../../telemetry/log.ts";
import { buildLauncher } from "../build-launcher.ts";
import { findHostUser } from "../host-user.ts";
import { loadLanguages } from "../load-languages.ts";
import { startLocalEngine } from "../local-engine.ts";
import { NATIVE_DIRECTORY } from "../package-files.ts";
import { boxMemoryBytes } from "../plan-boxes.ts";
import { StartError } from "../start-error.ts";
import { boxTrials } from "./box-trials.ts";
import { examineBoxes } from "./examine-boxes.ts";
import { examineCgroups } from "./examine-cgroups.ts";
import { examineProc } from "./examine-container.ts";
import { examineMemory, examineNamespaces, examineSystem, examineUser } from "./examine-host.ts";
import { examineLanguages } from "./examine-languages.ts";
import { examineWeaknesses } from "./examine-weaknesses.ts";
import { degraded, type Finding, fail, pass } from "./finding.ts";

/**
 * Tries what a server needs, one thing after the other, and says what came of each. It leaves behind what a server would:
 * a compiled launcher, toolchains that are prepared. This process is nobody in particular after it.
 * @param options.slots how many programs are to run at once.
 * @param options.announce told, in words for a person, what takes its time.
 */
export async function* examine(options: {
  readonly slots: number;
  /** Of further languages; those of the usual one when null. */
  readonly folder: string | null;
  /** What is accepted, where there is no more. */
  readonly isolation: Isolation;
  readonly announce: (text: string) => void;
}): AsyncGenerator<Finding> {
  /** What follows a failure would fail as well. */
  const stages: readonly (readonly (() => Finding | Promise<Finding>)[])[] = [
    [() => examineSystem(process.platform, process.arch)],
    [
      () => examineUser(readFileSync("/proc/self/status", "utf8")),
      () => examineProc(readFileSync("/proc/self/mountinfo", "utf8")),
    ],
    [
      () => accept(options.isolation, examineCgroups(readFileSync("/proc/self/mountinfo", "utf8"))),
      examineNamespaces,
      () => examineMemory({ slots: options.slots, boxBytes: boxMemoryBytes() }),
      examineLauncher,
    ],
  ];
  for (const stage of stages) {
    let hasFailed = false;
    for (const look of stage) {
      const finding = await look();
      yield finding;
      hasFailed ||= finding.verdict === "fail";
    }
    if (hasFailed) return;
  }
  yield* examineWhatRuns(options);
  yield* examineWeaknesses();
}

/** Without control groups a server starts where that is accepted. */
function accept(isolation: Isolation, cgroups: Finding): Finding {
  if (cgroups.verdict !== "fail" || isolation === "full") return cgroups;
  const reason = `${cgroups.reason} Isolation is reduced: programs are bounded less well.`;
  return degraded(cgroups.check, reason, cgroups.remedy);
}

async function examineLauncher(): Promise<Finding> {
  let isCompiled = false;
  try {
    const path = await buildLauncher({
      nativeDirectory: NATIVE_DIRECTORY,
      announce: () => {
        isCompiled = true;
      },
    });
    return pass("launcher", `The launcher ${isCompiled ? "compiles" : "is compiled"}: ${path}.`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EROFS") {
      const reason = `The launcher is not compiled, and ${NATIVE_DIRECTORY} cannot be written to (${code}).`;
      return fail("launcher", reason, `sudo make -C ${NATIVE_DIRECTORY}`);
    }
    const reason = error instanceof Error ? error.message : String(error);
    return fail("launcher", reason, "apt-get install gcc make libc6-dev");
  }
}

/** Boxes, and the languages in them. */
async function* examineWhatRuns(options: {
  readonly folder: string | null;
  readonly isolation: Isolation;
  readonly announce: (text: string) => void;
}): AsyncGenerator<Finding> {
  const { announce, isolation } = options;
  const log = createLog({ level: "silent" });
  try {
    const languages = await loadLanguages(options);
    const local = await startLocalEngine({ languages, isolation, log, announce });
    const user = findHostUser();
    const hasOneId = user.kind === "rootless" && user.ids.count === 0;
    const trials = boxTrials(process.arch, { hasOneId });
    try {
      let hasFailed = false;
      for await (const finding of examineBoxes(local.sandbox, trials)) {
        yield finding;
        hasFailed ||= finding.verdict === "fail";
      }
      if (!hasFailed) yield* examineLanguages(languages, local.engine);
    } finally {
      await local.close();
    }
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    yield fail("box", error.message, null);
  }
}
