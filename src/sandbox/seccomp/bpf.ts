/**
 * Classic BPF as seccomp runs it: a forward-only machine with one 32-bit accumulator that reads `struct seccomp_data`
 * and returns what to do with the call. See `linux/filter.h`, `linux/bpf_common.h` and `linux/seccomp.h`.
 */

/** The instructions a filter needs; `k` is the operand. */
export const opcode = {
  /** accumulator = the 32-bit word of `seccomp_data` at byte `k` */
  load: 0x20,
  /** accumulator &= k */
  and: 0x54,
  /** skip `k` instructions */
  jump: 0x05,
  /** skip `jt` instructions if accumulator == k, else `jf` */
  jumpIfEqual: 0x15,
  /** skip `jt` instructions if accumulator >= k (unsigned), else `jf` */
  jumpIfAtLeast: 0x35,
  /** end with `k` */
  return: 0x06,
} as const;

export interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** Byte offsets in `struct seccomp_data`. `argument(n)` is the low half of argument n. */
export const dataOffset = {
  number: 0,
  auditArch: 4,
  argument: (index: number) => 16 + 8 * index,
} as const;

/** Size of `struct seccomp_data` in bytes. */
export const dataBytes = 64;

/** Size of `struct sock_filter` in bytes: code u16, jt u8, jf u8, k u32. */
export const instructionBytes = 8;

/** The longest program the kernel takes, in instructions (BPF_MAXINSNS). */
export const maxInstructions = 4096;

/** The program as an array of little-endian `struct sock_filter`. */
export function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * instructionBytes);
  program.forEach(({ code, jt, jf, k }, index) => {
    const at = index * instructionBytes;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(jt, at + 2);
    bytes.writeUInt8(jf, at + 3);
    bytes.writeUInt32LE(k, at + 4);
  });
  return bytes;
}
