import type { LaunchError, RunSpec } from "../sandbox/sandbox.ts";

/** What `execve` answers for a file that is no program, or whose interpreter is not there. */
const NOT_A_PROGRAM: ReadonlySet<string> = new Set([
  "ENOEXEC",
  "ENOENT",
  "EACCES",
  "EINVAL",
  "EISDIR",
  "ELIBBAD",
  "ENOTDIR",
]);

/**
 * Why a process could not be started, where that was the request's own doing and would be so every time; null where the
 * engine failed.
 */
export function refusalOf({ stage, errno }: LaunchError, spec: RunSpec, workDirectory: string): string | null {
  if (stage === "script_file" && errno === "ENOSPC") {
    return `the files do not fit into ${spec.limits.diskBytes} bytes (diskBytes)`;
  }
  if (stage !== "exec" || errno === null) return null;
  if (errno === "E2BIG") return "the arguments and the environment together are too long";
  const isOfRequest = spec.executable.startsWith(`${workDirectory}/`);
  return isOfRequest && NOT_A_PROGRAM.has(errno) ? `what the compiler made is not a program (${errno})` : null;
}
