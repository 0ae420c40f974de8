import { expect, test } from "vitest";
import { encode, type Instruction, opcode } from "./bpf.ts";
import { interpret, verify } from "./interpret.test-support.ts";

const instruction = (code: number, k: number, jt = 0, jf = 0): Instruction => ({ code, jt, jf, k });
const end = (k: number) => instruction(opcode.return, k);
const run = (number: number, ...program: Instruction[]) =>
  interpret(encode(program), { number, auditArch: 0, arguments: [0n, 0n, 0n, 0n, 0n, 0xfedc_ba98_7654_3210n] });

test("the interpreter compares without sign, masks, and jumps", () => {
  const atLeast = [instruction(opcode.load, 0), instruction(opcode.jumpIfAtLeast, 0x80000000, 1, 0), end(1), end(2)];
  expect(run(0x7fffffff, ...atLeast).value).toBe(1);
  expect(run(0xffffffff, ...atLeast)).toEqual({ value: 2, steps: 3 });
  const masked = [instruction(opcode.load, 56), instruction(opcode.and, 0xf0000000), instruction(opcode.jump, 1)];
  const equal = [end(9), instruction(opcode.jumpIfEqual, 0x70000000, 0, 1), end(1), end(2)];
  expect(run(0, ...masked, ...equal).value).toBe(1);
});

test.each<[string, Instruction[]]>([
  ["0 instructions", []],
  ["not a return", [end(0), instruction(opcode.load, 0)]],
  ["load at 2", [instruction(opcode.load, 2), end(0)]],
  ["load at 64", [instruction(opcode.load, 64), end(0)]],
  ["jump past the end", [instruction(opcode.jump, 1), end(0)]],
  ["branch past the end", [instruction(opcode.jumpIfEqual, 0, 0, 1), end(0)]],
  ["unknown code", [instruction(0x16, 0), end(0)]],
  ["4097 instructions", Array.from({ length: 4097 }, () => end(0))],
])("a program is not accepted: %s", (reason, program) => {
  expect(() => verify(encode(program))).toThrow(reason);
});
