import type { Architecture, SyscallName } from "./architecture.ts";
import { dataOffset, encode, maxInstructions, opcode } from "./bpf.ts";
import type { Exception, Policy, Rule, Verdict } from "./policy.ts";
import { createProgramBuilder, type Label, type ProgramBuilder } from "./program-builder.ts";

const retErrno = 0x00050000;

/** What a filter returns to the kernel: SECCOMP_RET_*, with the error's number in the low half. */
export const returnValue: Readonly<Record<Verdict, number>> = {
  ALLOW: 0x7fff0000,
  EPERM: retErrno | 1,
  ENOMEM: retErrno | 12,
  ENODEV: retErrno | 19,
  EINVAL: retErrno | 22,
  ENOSYS: retErrno | 38,
  EPROTONOSUPPORT: retErrno | 93,
  EAFNOSUPPORT: retErrno | 97,
  KILL_PROCESS: 0x80000000,
};

/** Call numbers from here up to the next range's start lead to one place. */
interface Range {
  readonly from: number;
  readonly label: Label;
}

/**
 * Turns a policy into the program that the kernel runs at every system call, as `struct sock_filter[]`.
 *
 * The program first kills what comes through another table (i386, x32), whose numbers mean other calls; then finds
 * the number's range by binary search; then either returns or looks at arguments.
 * @throws {Error} when a call is in two rules, or the program is longer than the kernel takes.
 */
export function assemble(policy: Policy, architecture: Architecture): Buffer {
  const program = createProgramBuilder();
  const kill = program.end(returnValue.KILL_PROCESS);
  const ranges = rangesOf(layOutRules(program, policy, architecture.numbers));
  const native = search(program, ranges);
  const numbered = program.branch(opcode.jumpIfAtLeast, architecture.nativeEnd, kill, native);
  const start = program.step(opcode.load, dataOffset.number, numbered);
  const checked = program.branch(opcode.jumpIfEqual, architecture.auditArch, start, kill);
  program.step(opcode.load, dataOffset.auditArch, checked);

  const instructions = program.finish();
  if (instructions.length > maxInstructions) {
    throw new Error(`the filter has ${instructions.length} instructions, the kernel takes ${maxInstructions}`);
  }
  return encode(instructions);
}

/** Puts down what each rule does. Returns where each number leads, and where all others do. */
function layOutRules(program: ProgramBuilder, policy: Policy, numbers: Architecture["numbers"]) {
  const ends = new Map<Verdict, Label>();
  const endOf = (verdict: Verdict) => {
    const label = ends.get(verdict) ?? program.end(returnValue[verdict]);
    ends.set(verdict, label);
    return label;
  };
  const labels = new Map<number, Label>();
  const seen = new Set<SyscallName>();
  for (const rule of policy.rules) {
    const label = layOutRule(program, rule, endOf);
    for (const call of rule.calls) {
      if (seen.has(call)) throw new Error(`the policy has two rules for ${call}`);
      seen.add(call);
      const number = numbers[call];
      if (number !== undefined) labels.set(number, label);
    }
  }
  return { labels, otherwise: endOf(policy.otherwise) };
}

function layOutRule(program: ProgramBuilder, rule: Rule, endOf: (verdict: Verdict) => Label): Label {
  return rule.exceptions.reduceRight<Label>(
    (next, exception) => layOutException(program, exception, endOf(exception.verdict), next),
    endOf(rule.verdict),
  );
}

/** Compares one argument with the exception's values, one after another. */
function layOutException(program: ProgramBuilder, exception: Exception, holds: Label, next: Label): Label {
  const [values, found, notFound] = "in" in exception ? [exception.in, holds, next] : [exception.notIn, next, holds];
  const comparisons = values.reduceRight<Label>(
    (rest, value) => program.branch(opcode.jumpIfEqual, value, found, rest),
    notFound,
  );
  const masked = exception.mask === undefined ? comparisons : program.step(opcode.and, exception.mask, comparisons);
  return program.step(opcode.load, dataOffset.argument(exception.argument), masked);
}

/** Ascending ranges that cover every number; neighbours lead to different places. */
function rangesOf({ labels, otherwise }: ReturnType<typeof layOutRules>): Range[] {
  const ranges: Range[] = [];
  const end = Math.max(-1, ...labels.keys()) + 1;
  for (let from = 0; from <= end; from++) {
    const label = labels.get(from) ?? otherwise;
    if (label !== ranges.at(-1)?.label) ranges.push({ from, label });
  }
  return ranges;
}

/** A balanced tree of comparisons that leads the accumulator's number to its range. */
function search(program: ProgramBuilder, ranges: readonly Range[]): Label {
  const middle = ranges.length >> 1;
  const pivot = ranges[middle];
  if (pivot === undefined) throw new Error("no range to search");
  if (ranges.length === 1) return pivot.label;
  const above = search(program, ranges.slice(middle));
  const below = search(program, ranges.slice(0, middle));
  return program.branch(opcode.jumpIfAtLeast, pivot.from, above, below);
}
