import { x64Numbers } from "./syscalls-x64.ts";

/** A system call as the policy names it. */
export type SyscallName = keyof typeof x64Numbers;

/** What a filter must know of a processor's system call interface. */
export interface Architecture {
  /** The kernel's `AUDIT_ARCH_*` value, which tells a native call from one through another table. */
  readonly auditArch: number;
  /** Numbers of the native calls. A name that is absent does not exist there. */
  readonly numbers: Readonly<Partial<Record<SyscallName, number>>>;
  /** Native numbers are below this; from here on they belong to another interface. */
  readonly nativeEnd: number;
}

/** `nativeEnd` is x32's marker bit: x32 calls have x86-64's `AUDIT_ARCH` but their own meaning. */
export const x64: Architecture = {
  auditArch: 0xc000003e,
  numbers: x64Numbers,
  nativeEnd: 0x40000000,
};
