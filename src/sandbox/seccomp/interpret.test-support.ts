/** The kernel's side of a filter, for tests: its check of a program, and how it runs one. */

import { dataBytes, type Instruction, instructionBytes, maxInstructions, opcode } from "./bpf.ts";

/** What the kernel tells a filter of a call; arguments are 64 bits wide. */
export interface Call {
  readonly number: number;
  readonly auditArch: number;
  readonly arguments: readonly bigint[];
}

function decode(program: Buffer): Instruction[] {
  if (program.length % instructionBytes !== 0) throw new Error("not a whole number of instructions");
  return Array.from({ length: program.length / instructionBytes }, (_, index) => {
    const at = index * instructionBytes;
    return {
      code: program.readUInt16LE(at),
      jt: program.readUInt8(at + 2),
      jf: program.readUInt8(at + 3),
      k: program.readUInt32LE(at + 4),
    };
  });
}

/**
 * The kernel's own check (bpf_check_classic, seccomp_check_filter), narrowed to the instructions of `opcode`.
 * @throws {Error} naming the first instruction that the kernel would refuse.
 */
export function verify(program: Buffer): void {
  const instructions = decode(program);
  const count = instructions.length;
  if (count < 1 || count > maxInstructions) throw new Error(`${count} instructions`);
  instructions.forEach(({ code, jt, jf, k }, index) => {
    const refuse = (reason: string) => new Error(`instruction ${index}: ${reason}`);
    const lands = (skip: number) => index + 1 + skip < count;
    switch (code) {
      case opcode.load:
        if (k % 4 !== 0 || k >= dataBytes) throw refuse(`load at ${k}`);
        break;
      case opcode.jump:
        if (!lands(k)) throw refuse("jump past the end");
        break;
      case opcode.jumpIfEqual:
      case opcode.jumpIfAtLeast:
        if (!lands(jt) || !lands(jf)) throw refuse("branch past the end");
        break;
      case opcode.and:
      case opcode.return:
        break;
      default:
        throw refuse(`unknown code ${code}`);
    }
  });
  if (instructions.at(-1)?.code !== opcode.return) throw new Error("the last instruction is not a return");
}

/** Runs a program on one call: what it returns, and after how many instructions. */
export function interpret(program: Buffer, call: Call): { value: number; steps: number } {
  const instructions = decode(program);
  const data = seccompData(call);
  let accumulator = 0;
  for (let pc = 0, steps = 1; ; pc++, steps++) {
    const { code, jt, jf, k } = instructions[pc] ?? { code: -1, jt: 0, jf: 0, k: 0 };
    if (code === opcode.load) accumulator = data.readUInt32LE(k);
    else if (code === opcode.and) accumulator = (accumulator & k) >>> 0;
    else if (code === opcode.jump) pc += k;
    else if (code === opcode.jumpIfEqual) pc += accumulator === k ? jt : jf;
    else if (code === opcode.jumpIfAtLeast) pc += accumulator >= k ? jt : jf;
    else if (code === opcode.return) return { value: k, steps };
    else throw new Error(`no instruction to run at ${pc}`);
  }
}

/** `struct seccomp_data`: nr i32, arch u32, instruction_pointer u64, args u64[6]. */
function seccompData(call: Call): Buffer {
  const data = Buffer.alloc(dataBytes);
  data.writeUInt32LE(call.number, 0);
  data.writeUInt32LE(call.auditArch, 4);
  data.writeBigUInt64LE(0x7f00_dead_beef_0000n, 8);
  call.arguments.forEach((argument, index) => {
    data.writeBigUInt64LE(argument, 16 + 8 * index);
  });
  return data;
}
