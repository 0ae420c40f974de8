import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { sendGarbage } from "../native/send-garbage.ts";
import { createRandom } from "../support/random.ts";
import { startRawLauncher } from "../support/raw-launcher.ts";
import type { FuzzReport } from "./fuzz-http.ts";

const run = promisify(execFile);

/** A few seconds' worth: after so many the clock is looked at. */
const ROUNDS = 500_000;

interface LauncherFuzz {
  readonly ms: number;
  /** The same bytes follow from it; what a launcher makes of frames also depends on when they arrive. */
  readonly seed: number;
}

/**
 * Damages plans for the launcher's parser, and sends frames of any kind to a launcher that lives; both are built with the
 * sanitizers, and work beside each other until the time is over or something is wrong.
 */
export async function fuzzLauncher(options: LauncherFuzz): Promise<FuzzReport> {
  const reports = await Promise.all([fuzzParser(options), fuzzFrames(options)]);
  return {
    counts: new Map(reports.flatMap(({ counts }) => [...counts])),
    findings: reports.flatMap(({ findings }) => findings),
  };
}

async function fuzzParser({ ms, seed }: LauncherFuzz): Promise<FuzzReport> {
  await run("make", ["-C", "native", "--silent", "fuzz"]);
  const deadline = performance.now() + ms;
  const findings: string[] = [];
  let rounds = 0;
  for (let next = seed; performance.now() < deadline && findings.length === 0; next++) {
    const args = [String(next), String(ROUNDS)];
    await run("native/build/fuzz/parser", args).then(
      () => {
        rounds += ROUNDS;
      },
      (error) => findings.push(`native/build/fuzz/parser ${args.join(" ")}: ${error.stderr || error.message}`),
    );
  }
  return { counts: new Map([["damaged plans", rounds]]), findings };
}

async function fuzzFrames({ ms, seed }: LauncherFuzz): Promise<FuzzReport> {
  const launcher = await startRawLauncher();
  const pid = launcher.pid();
  const findings: string[] = [];
  const counts = new Map<string, number>();
  try {
    const { connections, refusals } = await sendGarbage({ launcher, random: createRandom(seed), ms });
    counts.set("connections with frames", connections).set("of them refused", refusals);
    if (launcher.pid() !== pid) findings.push("the launcher died and was replaced");
  } catch (error) {
    findings.push(String(error));
  } finally {
    await launcher.stop().catch((error: unknown) => findings.push(String(error)));
  }
  if (findings.length > 0 || /it died|Sanitizer|runtime error/.test(launcher.said())) findings.push(launcher.said());
  return { counts, findings };
}
