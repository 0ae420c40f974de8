import type { Outcome } from "../domain/outcome.ts";
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
 * What became of a run whose process could not be started, where that was the request's own doing and would be so every
 * time; null where the engine failed.
 */
export function refusalOf({ stage, errno }: LaunchError, spec: RunSpec, workDirectory: string): Outcome | null {
  const { diskBytes, memoryBytes } = spec.limits;
  if (stage === "script_file" && errno === "ENOSPC")
    return runtimeError(`the files do not fit into ${diskBytes} bytes (diskBytes)`);
  // A group cannot be given less memory than it holds: the program's files, and half a MiB of a process that waits.
  if (stage === "limits" && errno === "EBUSY") {
    return {
      status: "memory_limit_exceeded",
      message: `the program and its files do not fit into ${memoryBytes} bytes (memoryBytes)`,
    };
  }
  if (stage !== "exec" || errno === null) return null;
  if (errno === "E2BIG") return runtimeError("the arguments and the environment together are too long");
  const isOfRequest = spec.executable.startsWith(`${workDirectory}/`);
  return isOfRequest && NOT_A_PROGRAM.has(errno)
    ? runtimeError(`what the compiler made is not a program (${errno})`)
    : null;
}

function runtimeError(message: string): Outcome {
  return { status: "runtime_error", message };
}
