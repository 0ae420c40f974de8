/** Which disk sizes runs ask for, and so how many boxes of each should stand ready. */
export interface DiskDemand {
  note(diskBytes: number): void;
  /** Boxes that should be ready, by disk size; a size that is not there needs none. */
  targets(): ReadonlyMap<number, number>;
}

/** How many runs back the demand is remembered. */
const REMEMBERED_RUNS = 16;

/**
 * The default size always has `prepared` boxes ready. Another size, like that of compile runs, has one less than the
 * last runs asked for: one request for an odd size earns nothing, and a size that went out of use is forgotten.
 */
export function createDiskDemand(options: { defaultDiskBytes: number; prepared: number }): DiskDemand {
  const { defaultDiskBytes, prepared } = options;
  const recent: number[] = [];
  let targets = computeTargets();

  function computeTargets(): Map<number, number> {
    const result = new Map([[defaultDiskBytes, prepared]]);
    for (const diskBytes of new Set(recent)) {
      if (diskBytes === defaultDiskBytes) continue;
      const asked = recent.filter((other) => other === diskBytes).length;
      if (asked > 1) result.set(diskBytes, Math.min(prepared, asked - 1));
    }
    return result;
  }

  return {
    note(diskBytes) {
      const forgotten = recent.length === REMEMBERED_RUNS ? recent.shift() : diskBytes;
      recent.push(diskBytes);
      const isUsual = forgotten === defaultDiskBytes && diskBytes === defaultDiskBytes;
      if (!isUsual) targets = computeTargets();
    },
    targets: () => targets,
  };
}
