import { x64 } from "./architecture.ts";
import { assemble } from "./assemble.ts";
import { boxPolicy } from "./policy.ts";

/** The filter of every box: `boxPolicy` as a BPF program for this processor, 8 bytes an instruction. */
export function compileFilter(): Buffer {
  return assemble(boxPolicy, x64);
}
