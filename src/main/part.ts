/** A part of the process that has to be closed. */
export interface Part {
  /** For messages. */
  readonly name: string;
  close(): Promise<void>;
}

/**
 * Closes every part, the last one first, each after the one before it is closed or out of time.
 * @param deadlineMs how long one part may take.
 * @throws {AggregateError} with what failed, after all were closed.
 */
export async function closeInReverse(parts: readonly Part[], deadlineMs: number): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts.toReversed()) {
    try {
      await within(deadlineMs, part);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) {
    const messages = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
    throw new AggregateError(failures, `Not everything could be closed: ${messages.join("; ")}`);
  }
}

async function within(deadlineMs: number, part: Part): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${part.name} did not close within ${deadlineMs} ms`)),
    deadlineMs,
  );
  try {
    await Promise.race([part.close(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
