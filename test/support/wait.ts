import { setTimeout as delay } from "node:timers/promises";

const LOOK_EVERY_MS = 5;

/**
 * Waits until `look` returns something other than null, undefined or false.
 * @param what the condition in words, for the error.
 * @throws {Error} when it did not come true within `timeoutMs` milliseconds; it says what was seen last.
 */
export async function eventually<Value>(
  what: string,
  look: () => Value | Promise<Value>,
  timeoutMs = 5_000,
): Promise<Exclude<Awaited<Value>, null | undefined | false>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) {
      return seen as Exclude<Awaited<Value>, null | undefined | false>;
    }
    if (performance.now() > deadline) throw new Error(`It never came true within ${timeoutMs} ms: ${what}`);
    await delay(LOOK_EVERY_MS);
  }
}

/** Waits until `look` returns an empty list: of things that should be gone. The error names those that are left. */
export async function eventuallyNone(
  what: string,
  look: () => readonly unknown[] | Promise<readonly unknown[]>,
  timeoutMs = 5_000,
): Promise<void> {
  let left: readonly unknown[] = [];
  const isEmpty = async () => {
    left = await look();
    return left.length === 0;
  };
  try {
    await eventually(what, isEmpty, timeoutMs);
  } catch (cause) {
    throw new Error(`${what}; left: ${left.map(String).join(", ")}`, { cause });
  }
}
