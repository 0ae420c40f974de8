import type { LauncherProcess } from "../sandbox/launcher-process.ts";

/** The server cannot start. The message says what is missing, and how to get it where that is known. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** Turns the failure of one step into a {@link StartError}, with what the step was for; one that is such itself says it all. */
export async function orStartError<Value>(purpose: string, step: Promise<Value>): Promise<Value> {
  try {
    return await step;
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`${purpose}: ${reason}`, { cause });
  }
}

/**
 * Waits for a step that speaks to the launcher.
 * @throws {StartError} when it fails, or there is no supervisor any more; with the last that they have said.
 */
export function orNoBoxes<Value>(
  { exited, lastWords }: Pick<LauncherProcess, "exited" | "lastWords">,
  step: Promise<Value>,
): Promise<Value> {
  const gone = exited.then((how) => Promise.reject(new Error(`The launcher's supervisor ended: ${how}.`)));
  const told = Promise.race([step, gone]).catch((cause: Error) => {
    if (cause instanceof StartError) throw cause;
    throw new Error(`${cause.message}${lastWords()}`, { cause });
  });
  return orStartError("Boxes cannot be made", told);
}
