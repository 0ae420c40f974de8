import { constants } from "node:os";
import { LaunchError } from "./sandbox.ts";

/**
 * The launcher's steps by their numbers, the first is 1. Mirrors native/stages.h; a test holds the two together.
 */
export const STAGES = [
  "descriptors",
  "fork",
  "cgroup_make",
  "cgroup_limit",
  "cgroup_watch",
  "cgroup_join",
  "lane",
  "namespaces",
  "id_map",
  "become_root",
  "store",
  "proc",
  "sysctl",
  "mask",
  "loopback",
  "hostname",
  "enter",
  "work_directory",
  "zygote",
  "seal_descriptors",
  "seal_session",
  "seal_rlimit",
  "seal_bounding",
  "seal_ambient",
  "seal_securebits",
  "seal_groups",
  "seal_ids",
  "seal_capabilities",
  "seal_dumpable",
  "seal_no_new_privs",
  "seal_filter",
  "seal_verify",
  "script",
  "script_file",
  "script_rlimit",
  "limits",
  "exec",
  "lost",
] as const;

/** The steps that fail on the worker's side of the socket. */
export type WorkerStage =
  /** No launcher could be reached, or it did not accept the plan. */
  | "connect"
  /** The connection broke while the box was there, or there is none and none came. */
  | "launcher_lost"
  /** An interpreter that is booted ahead did not come to its gate in time. */
  | "boot"
  /** The box died and nobody here told it to. */
  | "box_lost"
  /** The sandbox is being closed. */
  | "closed";

/** A failure on the worker's side, as an error that names its step. */
export function workerError(stage: WorkerStage, message: string, cause?: unknown): LaunchError {
  return new LaunchError(message, { stage, cause });
}

/** Names by number. Of two names for one number, like SIGABRT and SIGIOT, Node lists the common one first. */
function namesOf(numbers: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const [name, number] of Object.entries(numbers)) if (!names.has(number)) names.set(number, name);
  return names;
}

const ERRNO_NAMES = namesOf(constants.errno);
const SIGNAL_NAMES = namesOf(constants.signals);

/** An errno's name, like `EPERM`, or `errno 117` for those that Node has no name for. */
export function errnoName(errno: number): string {
  return ERRNO_NAMES.get(errno) ?? `errno ${errno}`;
}

/** What a `FAILED` event says, like `mask(3): EPERM`. */
export function launcherError(event: { stage: number; errno: number; index: number; detail: string }): LaunchError {
  const stage = STAGES[event.stage - 1] ?? `stage ${event.stage}`;
  const errno = errnoName(event.errno);
  const detail = event.detail === "" ? "" : `, ${event.detail}`;
  return new LaunchError(`${stage}(${event.index}): ${errno}${detail}`, { stage, errno });
}

/** A signal's name, like `SIGKILL`, or `SIG40` for the real-time ones, which have none. */
export function signalName(signal: number): string {
  return SIGNAL_NAMES.get(signal) ?? `SIG${signal}`;
}
