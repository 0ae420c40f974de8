import { readFileSync } from "node:fs";
import type { Isolation } from "../domain/node.ts";
import { examineCgroups } from "./doctor/examine-cgroups.ts";
import { examinePower, examineProc } from "./doctor/examine-container.ts";
import type { Finding } from "./doctor/finding.ts";
import { StartError } from "./start-error.ts";

/** How well the boxes of this host hold, and what they lack, a sentence each. */
export interface IsolationPlan {
  readonly isolation: Isolation;
  readonly lacks: readonly string[];
}

/**
 * What is less where boxes have no control groups. Their namespaces, their filter and their users are never done without: what is
 * not to be had of those is the end of the start.
 */
const LACKS = [
  "Memory is looked at every few milliseconds: a program may pass its limit until then, and what it has put into pipes, sockets or memory files does not count.",
  "Processor time of processes that ended without being waited for does not count.",
  "Nothing bounds the memory of all programs together.",
  "Nothing shares the processors out between programs.",
] as const;

/**
 * Whether boxes can have control groups here, and what is done when they cannot.
 * @param accepted what the operator accepts.
 * @throws {StartError} when that is more than there is; it says how to get the rest, and how to accept less.
 */
export function planIsolation(accepted: Isolation, cgroups: Finding = examineThisHost()): IsolationPlan {
  if (cgroups.verdict !== "fail") return { isolation: "full", lacks: [] };
  if (accepted === "reduced") return { isolation: "reduced", lacks: LACKS };
  const remedy = cgroups.remedy === null ? "" : ` What may mend it: ${cgroups.remedy}.`;
  throw new StartError(
    `Boxes cannot have control groups. ${cgroups.reason}${remedy} \`millrace doctor\` tells more. To start all the same, with programs that are bounded less well: --isolation=reduced`,
  );
}

/**
 * Refuses a root that cannot make boxes, whatever is accepted, like one in a container that was started without more.
 * @throws {StartError} saying with what to start it.
 */
export function refusePowerless(): void {
  if (process.geteuid?.() !== 0) return;
  const findings = [
    examinePower(readFileSync("/proc/self/status", "utf8")),
    examineProc(readFileSync("/proc/self/mountinfo", "utf8")),
  ];
  for (const { verdict, reason, remedy } of findings)
    if (verdict === "fail") throw new StartError(`${reason} What mends it: ${remedy}. docs/containers.md says more`);
}

function examineThisHost(): Finding {
  return examineCgroups(readFileSync("/proc/self/mountinfo", "utf8"));
}
