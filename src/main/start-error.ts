/** The server cannot start. The message says what is missing, and how to get it where that is known. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** Turns the failure of one step into a {@link StartError}, with what the step was for. */
export async function orStartError<Value>(purpose: string, step: Promise<Value>): Promise<Value> {
  try {
    return await step;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`${purpose}: ${reason}`, { cause });
  }
}
