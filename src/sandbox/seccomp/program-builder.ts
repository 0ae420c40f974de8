import { type Instruction, opcode } from "./bpf.ts";

/** A place in a program that can be jumped to. */
export type Label = number & { readonly brand: "Label" };

/** Jumps of a branch are one byte wide. */
const maxBranch = 0xff;

/**
 * Builds a program from its end to its start. BPF jumps only forward, so everything an instruction can lead to is
 * there before it, and its distance is known. A label counts the instructions from its place to the end.
 */
export function createProgramBuilder() {
  const reversed: Instruction[] = [];

  const prepend = (code: number, k: number, jt = 0, jf = 0): Label => {
    reversed.push({ code, jt, jf, k });
    return reversed.length as Label;
  };
  const distance = (to: Label) => reversed.length - to;
  /** A label for `to` that the next branch can reach even if one more instruction comes between. */
  const within = (to: Label) => (distance(to) < maxBranch ? to : prepend(opcode.jump, distance(to)));

  return {
    /** An instruction that ends the program. */
    end: (k: number): Label => prepend(opcode.return, k),

    /** An instruction after which the program goes on at `next`. */
    step(code: number, k: number, next: Label): Label {
      if (distance(next) > 0) prepend(opcode.jump, distance(next));
      return prepend(code, k);
    },

    /** A conditional jump to `yes` or `no`. */
    branch(code: number, k: number, yes: Label, no: Label): Label {
      const [nearYes, nearNo] = [within(yes), within(no)];
      return prepend(code, k, distance(nearYes), distance(nearNo));
    },

    /** The program from its first instruction, the one built last. */
    finish: (): Instruction[] => reversed.toReversed(),
  };
}

export type ProgramBuilder = ReturnType<typeof createProgramBuilder>;
