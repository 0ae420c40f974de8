import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Architecture, arm64, type SyscallName, x64 } from "./architecture.ts";
import { assemble, returnValue } from "./assemble.ts";
import { instructionBytes } from "./bpf.ts";
import { decide } from "./decide.test-support.ts";
import { type Call, interpret, verify } from "./interpret.test-support.ts";
import { boxPolicy, type Exception, type Policy, type Rule, type Verdict } from "./policy.ts";

const names = Object.keys(x64.numbers) as SyscallName[];
const noArguments: readonly bigint[] = [0n, 0n, 0n, 0n, 0n, 0n];

function expectAgreement(policy: Policy, architecture: Architecture, program: Buffer, call: Call) {
  const verdict = decide(policy, architecture, call);
  expect(interpret(program, call).value, `${JSON.stringify(call.number)} must be ${verdict}`).toBe(
    returnValue[verdict],
  );
}

const verdicts = fc.constantFrom(...(Object.keys(returnValue) as Verdict[]));
const word = fc.oneof(
  fc.nat({ max: 0xffffffff }),
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 0, max: 31 }).map((bit) => 2 ** bit),
);
const values = fc.array(word, { maxLength: 8 });
const argument = fc.constantFrom<Exception["argument"][]>(0, 1, 2, 3, 4, 5);
const mask = fc.option(word, { nil: undefined });

const exception: fc.Arbitrary<Exception> = fc
  .record({ argument, mask, verdict: verdicts, values, isListed: fc.boolean() })
  .map(({ mask, values, isListed, ...rest }) => ({
    ...rest,
    ...(mask === undefined ? {} : { mask }),
    ...(isListed ? { in: values } : { notIn: values }),
  }));

/** Every call is in one rule at most; with many rules the program outgrows the reach of a branch. */
const policies: fc.Arbitrary<Policy> = fc
  .record({
    otherwise: verdicts,
    members: fc.shuffledSubarray(names),
    outcomes: fc.array(fc.record({ verdict: verdicts, exceptions: fc.array(exception, { maxLength: 4 }) }), {
      minLength: 1,
      maxLength: 60,
    }),
  })
  .map(({ otherwise, members, outcomes }) => {
    const rules = outcomes.map(
      (outcome, index): Rule => ({
        ...outcome,
        calls: members.filter((_, member) => member % outcomes.length === index),
      }),
    );
    return { otherwise, rules };
  });

/** Low halves drawn from what the policy compares with, so that exceptions are hit; high halves at random. */
function callsFor(policy: Policy): fc.Arbitrary<Call> {
  const compared = policy.rules
    .flatMap((rule) => rule.exceptions)
    .flatMap((each) => ("in" in each ? each.in : each.notIn));
  const low = compared.length > 0 ? fc.oneof(word, fc.constantFrom(...compared)) : word;
  const argument = fc
    .tuple(low, fc.oneof(fc.constant(0), word))
    .map(([low, high]) => (BigInt(high) << 32n) | BigInt(low));
  return fc.record({
    number: fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 500 }) }, { weight: 1, arbitrary: word }),
    auditArch: fc.oneof({ weight: 9, arbitrary: fc.constant(x64.auditArch) }, { weight: 1, arbitrary: word }),
    arguments: fc.array(argument, { minLength: 6, maxLength: 6 }),
  });
}

describe("any policy", () => {
  test("becomes a program that the kernel accepts and that agrees with the policy", () => {
    const cases = policies.chain((policy) =>
      fc.tuple(fc.constant(policy), fc.array(callsFor(policy), { minLength: 40, maxLength: 40 })),
    );
    fc.assert(
      fc.property(cases, ([policy, calls]) => {
        const program = assemble(policy, x64);
        verify(program);
        for (const call of calls) expectAgreement(policy, x64, program, call);
      }),
      { numRuns: 150 },
    );
  });

  test("holds where branches are farther than a byte", () => {
    const rules = names.map((name, index): Rule => {
      const some = [index, index + 1000, index + 2000];
      const when: Exception =
        index % 2 ? { argument: 1, in: some, verdict: "EPERM" } : { argument: 2, notIn: some, verdict: "EINVAL" };
      return { calls: [name], exceptions: [when], verdict: "ALLOW" };
    });
    const policy: Policy = { rules, otherwise: "ENOSYS" };
    const program = assemble(policy, x64);
    verify(program);
    expect(program.length / instructionBytes).toBeGreaterThan(4 * 256);
    for (let number = 0; number <= 600; number++) {
      for (const value of [0n, BigInt(number), BigInt(number) + 1000n]) {
        expectAgreement(policy, x64, program, {
          number,
          auditArch: x64.auditArch,
          arguments: [0n, value, value, 0n, 0n, 0n],
        });
      }
    }
  });

  test("with no rule answers every native call alike", () => {
    const policy: Policy = { rules: [], otherwise: "EPERM" };
    const program = assemble(policy, x64);
    verify(program);
    for (const number of [0, 1, 0x3fffffff, 0x40000000, 0xffffffff]) {
      expectAgreement(policy, x64, program, { number, auditArch: x64.auditArch, arguments: noArguments });
    }
  });
});

test("a call in two rules is refused", () => {
  const rule: Rule = { calls: ["read"], exceptions: [], verdict: "ALLOW" };
  expect(() => assemble({ rules: [rule, rule], otherwise: "ENOSYS" }, x64)).toThrow("two rules for read");
});

test("a program longer than the kernel takes is refused", () => {
  const many = Array.from({ length: 4096 }, (_, index) => index);
  const rule: Rule = { calls: ["read"], exceptions: [{ argument: 0, in: many, verdict: "EPERM" }], verdict: "ALLOW" };
  expect(() => assemble({ rules: [rule], otherwise: "ENOSYS" }, x64)).toThrow("the kernel takes 4096");
});

test("names that an architecture lacks are left out, the others keep their verdict", () => {
  const program = assemble(boxPolicy, arm64);
  verify(program);
  for (let number = 0; number <= 600; number++) {
    expectAgreement(boxPolicy, arm64, program, { number, auditArch: arm64.auditArch, arguments: noArguments });
  }
});
