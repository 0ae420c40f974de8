import { realpath, stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { MAXIMUM_LIMITS } from "../domain/limits.ts";
import type { HostTree } from "../languages/toolchain.ts";
import { type BoxPlan, createBoxPlan, type HostPath } from "../sandbox/box-plan.ts";
import { readHostFacts } from "../sandbox/host-facts.ts";
import { compileFilter } from "../sandbox/seccomp/filter.ts";
import type { WarmStart } from "../sandbox/warm-start.ts";

/** What the launcher can hold; see `LANES` in native/PROTOCOL.md. */
const MOST_LANES = 256;

/** The share of the host's memory that all boxes together may use. The rest is for the host and for Millrace itself. */
const MEMORY_SHARE = 0.8;

/**
 * Decides, while this process may still look everywhere, what every box on this host is made of.
 * @param options.toolchains files and directories outside `/usr` that languages need.
 */
export async function planBoxes(options: {
  readonly slots: number;
  /** How many boxes with interpreters may stand ready. */
  readonly warm: number;
  readonly toolchains: readonly HostTree[];
  /** Interpreters that may be booted ahead, and the gate at which they stop, a file of this host. */
  readonly warmStarts: readonly WarmStart[];
  readonly gate: string;
  /** Whether the launcher can make devices, or has to show the host's. */
  readonly canMakeDevices?: boolean;
}): Promise<BoxPlan> {
  const paths = await Promise.all(options.toolchains.map(toHostPath));
  return createBoxPlan({
    host: await readHostFacts(),
    // For each slot a box that runs, one that stands ready and one that is being removed; and those that are booted ahead.
    lanes: Math.min(3 * options.slots + (options.warmStarts.length > 0 ? options.warm : 0), MOST_LANES),
    memoryBytes: boxMemoryBytes(),
    maximum: MAXIMUM_LIMITS,
    filter: compileFilter(),
    canMakeDevices: options.canMakeDevices ?? true,
    trees: paths.filter(({ isDirectory }) => isDirectory),
    binds: paths.filter(({ isDirectory }) => !isDirectory),
    warm: { starts: options.warmStarts, gate: await realpath(options.gate) },
  });
}

/** The launcher follows no link to what it shows. */
async function toHostPath(tree: HostTree): Promise<HostPath & { readonly isDirectory: boolean }> {
  const source = await realpath(tree.source);
  return { source, path: tree.path, why: "a toolchain outside /usr", isDirectory: (await stat(source)).isDirectory() };
}

/** The share of that which processes that were booted ahead may hold, where nobody says how much. */
const WARM_SHARE = 0.25;

/** What they may hold then, bytes. */
export function usualWarmBytes(): number {
  return Math.floor(WARM_SHARE * boxMemoryBytes());
}

/** What all boxes together may use of the host's memory, or of that of the container that this process is in, bytes. */
export function boxMemoryBytes(): number {
  const constrained = process.constrainedMemory();
  const available = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor(MEMORY_SHARE * available);
}
