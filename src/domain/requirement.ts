import type { Execution } from "./execution.ts";

/** Something that a worker has to have for a job, like `python@3.11.2`: a toolchain in exactly this version. */
export type Requirement = `${string}@${string}`;

export function toolchainRequirement(toolchain: { readonly language: string; readonly version: string }): Requirement {
  return `${toolchain.language}@${toolchain.version}`;
}

/** All that a worker has to have to run an execution; each once, in a fixed order. */
export function requirementsOf(execution: Pick<Execution, "language" | "version">): readonly Requirement[] {
  return [toolchainRequirement(execution)];
}
