import { arm64Numbers } from "./syscalls-arm64.ts";
import { x64Numbers } from "./syscalls-x64.ts";

/** A system call as the policy names it. x86-64 has had each that any processor has. */
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

/** 32-bit programs come with an `AUDIT_ARCH` of their own; `nativeEnd` is where numbers become negative. */
export const arm64: Architecture = {
  auditArch: 0xc00000b7,
  numbers: arm64Numbers,
  nativeEnd: 0x80000000,
};

/** The processors that boxes can be made for, by Node's name for them. */
export const architectures: ReadonlyMap<string, Architecture> = new Map([
  ["x64", x64],
  ["arm64", arm64],
]);

/**
 * That of this host.
 * @throws {Error} when boxes cannot be made for it.
 */
export function hostArchitecture(): Architecture {
  const found = architectures.get(process.arch);
  if (found !== undefined) return found;
  throw new Error(`no system call filter for ${process.arch}, only for ${[...architectures.keys()].join(" and ")}`);
}
