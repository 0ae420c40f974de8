import type { Limits } from "../domain/limits.ts";

/** Resource numbers of setrlimit(2) on Linux, x86-64 and arm64. */
export const RLIMIT = {
  cpu: 0,
  fsize: 1,
  stack: 3,
  core: 4,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
} as const;

export interface Rlimit {
  readonly resource: number;
  /** Hard and soft, in the resource's own unit. */
  readonly value: number;
}

const KIB = 1024;
const STACK_MAX_BYTES = 64 * KIB * KIB;
/** The processor time that the box's group is watched for ends a run first; this is for the case that nobody watches. */
const CPU_BACKSTOP_SECONDS = 2;

/** What every process of every box is bound by, whatever its run asks for. */
export function boxRlimits(maximum: Limits): readonly (Rlimit & { readonly why: string })[] {
  return [
    { resource: RLIMIT.core, value: 0, why: "a crash writes no image of the process" },
    { resource: RLIMIT.memlock, value: 64 * KIB, why: "locked memory cannot be reclaimed" },
    { resource: RLIMIT.msgqueue, value: 819_200, why: "message queues are kernel memory; this is Linux's default" },
    { resource: RLIMIT.nice, value: 0, why: "no priority above the host's other work" },
    { resource: RLIMIT.rtprio, value: 0, why: "no real-time scheduling" },
    { resource: RLIMIT.sigpending, value: 1_024, why: "queued signals are kernel memory" },
    { resource: RLIMIT.stack, value: STACK_MAX_BYTES, why: "deep recursion ends before memory does" },
    { resource: RLIMIT.nofile, value: maximum.openFiles, why: "the most a run may ask for" },
    { resource: RLIMIT.fsize, value: maximum.fileBytes, why: "the most a run may ask for" },
    { resource: RLIMIT.nproc, value: maximum.processes, why: "the most a run may ask for" },
    // Not RLIMIT_AS: runtimes reserve far more address space than they use.
  ];
}

/** What one run is bound by, at most {@link boxRlimits}. */
export function runRlimits(limits: Limits): readonly Rlimit[] {
  return [
    { resource: RLIMIT.nofile, value: limits.openFiles },
    { resource: RLIMIT.fsize, value: limits.fileBytes },
    { resource: RLIMIT.nproc, value: limits.processes },
    { resource: RLIMIT.stack, value: Math.min(limits.memoryBytes, STACK_MAX_BYTES) },
    { resource: RLIMIT.cpu, value: Math.ceil(limits.cpuMs / 1_000) + CPU_BACKSTOP_SECONDS },
  ];
}
