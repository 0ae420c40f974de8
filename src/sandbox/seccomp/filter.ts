import { hostArchitecture } from "./architecture.ts";
import { assemble } from "./assemble.ts";
import { boxPolicy } from "./policy.ts";

/**
 * The filter of every box: `boxPolicy` as a BPF program, 8 bytes an instruction.
 * @param architecture the processor's; by default this host's.
 */
export function compileFilter(architecture = hostArchitecture()): Buffer {
  return assemble(boxPolicy, architecture);
}
