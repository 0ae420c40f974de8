/**
 * `fail`: Millrace cannot run here, or not at all what the finding is of. `degraded`: it runs with less than it should.
 * `warn`: a fact of the host that makes its boxes weaker than they could be; it counts for nothing. `absent`: a language that is
 * not installed; that counts for nothing either.
 */
export type Verdict = "pass" | "warn" | "degraded" | "fail" | "absent";

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

export function warn(check: string, reason: string, remedy: string | null): Finding {
  return { check, verdict: "warn", reason, remedy };
}

export function degraded(check: string, reason: string, remedy: string | null): Finding {
  return { check, verdict: "degraded", reason, remedy };
}

export function fail(check: string, reason: string, remedy: string | null): Finding {
  return { check, verdict: "fail", reason, remedy };
}

/** What all findings come to: the worst of those that count. */
export type Diagnosis = Exclude<Verdict, "warn" | "absent">;

export function verdictOf(findings: readonly Finding[]): Diagnosis {
  const has = (verdict: Verdict) => findings.some((finding) => finding.verdict === verdict);
  if (has("fail")) return "fail";
  return has("degraded") ? "degraded" : "pass";
}
