/** Something that a run may be told otherwise than another one. Whatever is not named here has to be equal. */
interface Allowed {
  readonly what: string;
  readonly why: string;
  /** All of it in a program's output. */
  readonly pattern: RegExp;
  /** Whether a value that a program printed can be true of any run, cold or warm. */
  readonly isPlausible?: (value: number) => boolean;
}

/** A line `~name value`, by which a program says itself that it measured something. */
function measured(name: string, why: string, isPlausible: (value: number) => boolean): Allowed {
  return { what: name, why, pattern: new RegExp(`^~${name}\\s+(.+)$`, "gm"), isPlausible };
}

const MIB = 1024 ** 2;

export const ALLOWED: readonly Allowed[] = [
  measured(
    "age-seconds",
    "A warm process is as old as its box, and so is a cold one for the kernel; files have been there since they were made. Clocks of files and processes tick coarsely.",
    (value) => value > -1 && value < 600,
  ),
  measured(
    "cpu-seconds",
    "What an interpreter's boot takes is its process's own only where it boots in the box.",
    (value) => value >= 0 && value < 2,
  ),
  measured(
    "memory-bytes",
    "Pages that a process shares with its zygote are its own only once it writes to them.",
    (value) => value > 0 && value < 256 * MIB,
  ),
  measured(
    "zeros-after-environment",
    "Where an interpreter boots in its box the gate's variables were in its environment; their text is wiped, their place stays.",
    (value) => value >= 0 && value < 100,
  ),
  measured("seed-of-hashes", "Random for each process that boots; those of one zygote share it.", Number.isInteger),
  {
    what: "memory in /proc/self/status",
    why: "See memory-bytes; the gate itself takes some pages.",
    pattern: /^(?:Vm|Rss)\w+:\s+\d+ kB$/gm,
  },
  {
    what: "context switches in /proc/self/status",
    why: "They depend on what else the host does.",
    pattern: /^(?:non)?voluntary_ctxt_switches:\s+\d+$/gm,
  },
  {
    what: "FDSize in /proc/self/status",
    why: "The table is as large as that of the process that made the box.",
    pattern: /^FDSize:\s+\d+$/gm,
  },
  { what: "ids of a lane", why: "Each lane has two of its own.", pattern: /(?<=[ug]id=)19\d{8}\b/g },
  { what: "addresses", why: "Random in every process.", pattern: /\b0x[0-9a-f]{6,}\b/g },
];

/**
 * Puts a name in place of everything that may differ.
 * @param seen gets what was found.
 * @throws {Error} when a measured value can be true of no run, or a program measures something that has no name.
 */
export function maskAllowed(text: string, seen: Set<Allowed>): string {
  let masked = text;
  for (const allowed of ALLOWED) {
    masked = masked.replaceAll(allowed.pattern, (found, value: unknown) => {
      seen.add(allowed);
      if (allowed.isPlausible?.(Number(value)) === false) throw new Error(`No run can have ${found}`);
      return `<${allowed.what}>`;
    });
  }
  const unnamed = /^~\S+/m.exec(masked);
  if (unnamed !== null) throw new Error(`${unnamed[0]} is not among the differences that are allowed`);
  return masked;
}
