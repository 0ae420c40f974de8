/**
 * `fail`: Millrace cannot run here, or not at all what the finding is of. `degraded`: it runs with less than it should.
 * `absent`: a language that is not installed; it counts for nothing.
 */
export type Verdict = "pass" | "degraded" | "fail" | "absent";

/** What one look at the host came to. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly verdict: Verdict;
  /** A sentence. */
  readonly reason: string;
  /** A command for root's shell that mends it; null when there is nothing to mend, or no command that would. */
  readonly remedy: string | null;
}

export function pass(check: string, reason: string): Finding {
  return { check, verdict: "pass", reason, remedy: null };
}

export function degraded(check: string, reason: string, remedy: string | null): Finding {
  return { check, verdict: "degraded", reason, remedy };
}

export function fail(check: string, reason: string, remedy: string | null): Finding {
  return { check, verdict: "fail", reason, remedy };
}

/** The worst of the findings. */
export function verdictOf(findings: readonly Finding[]): Exclude<Verdict, "absent"> {
  const has = (verdict: Verdict) => findings.some((finding) => finding.verdict === verdict);
  if (has("fail")) return "fail";
  return has("degraded") ? "degraded" : "pass";
}
