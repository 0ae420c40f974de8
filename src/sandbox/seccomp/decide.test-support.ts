import type { Architecture, SyscallName } from "./architecture.ts";
import type { Call } from "./interpret.test-support.ts";
import type { Exception, Policy, Verdict } from "./policy.ts";

/** What a policy says of a call, read straight from its rules: what every assembled filter must agree with. */
export function decide(policy: Policy, architecture: Architecture, call: Call): Verdict {
  if (call.auditArch !== architecture.auditArch) return "KILL_PROCESS";
  if (call.number >= architecture.nativeEnd) return "KILL_PROCESS";
  const isNamed = (name: SyscallName) => architecture.numbers[name] === call.number;
  const rule = policy.rules.find((candidate) => candidate.calls.some(isNamed));
  if (rule === undefined) return policy.otherwise;
  return rule.exceptions.find((exception) => holds(exception, call))?.verdict ?? rule.verdict;
}

function holds(exception: Exception, call: Call): boolean {
  const mask = BigInt(exception.mask ?? 0xffffffff);
  const seen = Number((call.arguments[exception.argument] ?? 0n) & mask);
  return "in" in exception ? exception.in.includes(seen) : !exception.notIn.includes(seen);
}
