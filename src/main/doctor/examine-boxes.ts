import { attributeOutcome } from "../../domain/attribute-outcome.ts";
import { DEFAULT_RUN_LIMITS } from "../../domain/limits.ts";
import { LaunchError, type Sandbox } from "../../sandbox/sandbox.ts";
import type { Trial } from "./box-trials.ts";
import { degraded, type Finding, fail, pass } from "./finding.ts";

/** Every box has it, whatever languages there are. */
const SHELL = "/bin/sh";

/** What the programs of trials may use of the box: its tools. */
const ENVIRONMENT = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

/** Of what a program printed, for a sentence. */
const QUOTED_CHARACTERS = 200;

/** Runs programs in boxes. Ends with the first that does not come out as it should: the others would not either. */
export async function* examineBoxes(sandbox: Pick<Sandbox, "run">, trials: readonly Trial[]): AsyncGenerator<Finding> {
  for (const trial of trials) {
    const finding = await run(trial, sandbox);
    yield finding;
    if (finding.verdict === "fail") return;
  }
}

async function run(trial: Trial, sandbox: Pick<Sandbox, "run">): Promise<Finding> {
  const { check, script, expected, shows, files = [] } = trial;
  const limits = { ...DEFAULT_RUN_LIMITS, ...trial.limits };
  try {
    const report = await sandbox.run({
      executable: SHELL,
      argv: ["sh", "-c", script],
      env: ENVIRONMENT,
      files,
      stdin: new Uint8Array(),
      limits,
      collect: null,
      warm: null,
    });
    const { status, message } = attributeOutcome(report, limits);
    if (expected.includes(status)) return pass(check, `${shows}, in ${Math.ceil(report.wallMs)} ms.`);
    const why = [message, quote(report.stdout)].filter((part) => part !== null).join("; ");
    const ended = `A program in a box ended with ${status}${why === "" ? "" : ` (${why})`}`;
    const reason = `${ended}, not ${expected.join(" or ")}.`;
    return trial.otherwise === "degraded" ? degraded(check, reason, null) : fail(check, reason, null);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    const { stage, errno } = error;
    return fail(check, `No box could be made: ${stage}${errno === null ? "" : `, ${errno}`}.`, null);
  }
}

/** The beginning of what a program printed, on one line; null when it printed nothing. */
function quote(stdout: Uint8Array): string | null {
  const text = Buffer.from(stdout).toString("utf8").trim();
  return text === "" ? null : text.replaceAll("\n", ", ").slice(0, QUOTED_CHARACTERS);
}
