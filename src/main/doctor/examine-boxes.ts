import { attributeOutcome } from "../../domain/attribute-outcome.ts";
import { DEFAULT_RUN_LIMITS, type Limits } from "../../domain/limits.ts";
import type { Status } from "../../domain/outcome.ts";
import { LaunchError, type Sandbox } from "../../sandbox/sandbox.ts";
import { type Finding, fail, pass } from "./finding.ts";

/** Every box has it, whatever languages there are. */
const SHELL = "/bin/sh";

const MIB = 1024 * 1024;

interface Trial {
  readonly check: string;
  /** What the shell is given. */
  readonly script: string;
  readonly limits: Partial<Limits>;
  readonly expected: Status;
  /** What it shows, when it comes out as expected. */
  readonly shows: string;
}

/** Programs that show, by running, that boxes are made and hold. */
const TRIALS: readonly Trial[] = [
  { check: "box", script: "exit 0", limits: {}, expected: "ok", shows: "A program runs in a box" },
  {
    check: "memory limit",
    script: "x=xxxxxxxx; while :; do x=$x$x; done",
    limits: { memoryBytes: 32 * MIB },
    expected: "memory_limit_exceeded",
    shows: "A program that takes too much memory is killed",
  },
  {
    check: "cpu limit",
    script: "while :; do :; done",
    limits: { cpuMs: 100 },
    expected: "time_limit_exceeded",
    shows: "A program that takes too much processor time is killed",
  },
  {
    check: "process limit",
    script: "for n in 1 2 3 4 5 6 7 8; do sleep 5 & done; wait",
    limits: { processes: 4 },
    expected: "runtime_error",
    shows: "A program that starts too many processes is refused them",
  },
];

/** Runs a few programs in boxes. Ends with the first that does not come out as it should: the others would not either. */
export async function* examineBoxes(sandbox: Pick<Sandbox, "run">): AsyncGenerator<Finding> {
  for (const trial of TRIALS) {
    const finding = await attempt(trial, sandbox);
    yield finding;
    if (finding.verdict === "fail") return;
  }
}

async function attempt(trial: Trial, sandbox: Pick<Sandbox, "run">): Promise<Finding> {
  const { check, script, expected, shows } = trial;
  const limits = { ...DEFAULT_RUN_LIMITS, ...trial.limits };
  const argv = ["sh", "-c", script];
  try {
    const report = await sandbox.run({
      executable: SHELL,
      argv,
      env: {},
      files: [],
      stdin: new Uint8Array(),
      limits,
      collect: null,
      warm: null,
    });
    const { status, message } = attributeOutcome(report, limits);
    if (status === expected) return pass(check, `${shows}, in ${Math.ceil(report.wallMs)} ms.`);
    return fail(
      check,
      `A program in a box ended with ${status}${message === null ? "" : ` (${message})`}, not ${expected}.`,
      null,
    );
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    const { stage, errno } = error;
    return fail(check, `No box could be made: ${stage}${errno === null ? "" : `, ${errno}`}.`, null);
  }
}
