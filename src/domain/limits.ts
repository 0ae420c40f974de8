/** What one run may use. Every field is a positive integer; there is no "unlimited". */
export interface Limits {
  /** Processor time of all processes of the run together, milliseconds. */
  readonly cpuMs: number;
  /** Time from release to the end, milliseconds. */
  readonly wallMs: number;
  /** Memory of all processes, their tmpfs files and kernel memory together, bytes. */
  readonly memoryBytes: number;
  /** stdout and stderr together, bytes. Exactly this much is still allowed. */
  readonly outputBytes: number;
  /** Processes and threads alive at once, the main one included. */
  readonly processes: number;
  /** `/box`, `/tmp` and `/dev/shm` together, bytes. */
  readonly diskBytes: number;
  /** Highest number of descriptors a process may have open. */
  readonly openFiles: number;
  /** Size of the largest file that may be written, bytes. */
  readonly fileBytes: number;
}

export const LIMIT_NAMES = [
  "cpuMs",
  "wallMs",
  "memoryBytes",
  "outputBytes",
  "processes",
  "diskBytes",
  "openFiles",
  "fileBytes",
] as const satisfies readonly (keyof Limits)[];

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** What a program run gets when the request and the language say nothing. */
export const DEFAULT_RUN_LIMITS: Limits = {
  cpuMs: 2_000,
  wallMs: 6_000,
  memoryBytes: 256 * MIB,
  outputBytes: 1 * MIB,
  processes: 64,
  diskBytes: 64 * MIB,
  openFiles: 256,
  fileBytes: 32 * MIB,
};

/** What a compile run gets when the request and the language say nothing. */
export const DEFAULT_COMPILE_LIMITS: Limits = {
  cpuMs: 15_000,
  wallMs: 15_000,
  memoryBytes: 1 * GIB,
  outputBytes: 1 * MIB,
  processes: 256,
  diskBytes: 256 * MIB,
  openFiles: 1_024,
  fileBytes: 256 * MIB,
};

/** What no request may go above. */
export const MAXIMUM_LIMITS: Limits = {
  cpuMs: 60_000,
  wallMs: 120_000,
  memoryBytes: 4 * GIB,
  outputBytes: 16 * MIB,
  processes: 1_024,
  diskBytes: 1 * GIB,
  openFiles: 4_096,
  fileBytes: 1 * GIB,
};
