import { setTimeout as delay } from "node:timers/promises";

const PAUSE_MS = 10;
/** Ample, for a host that does other things too: who waits for what comes true loses nothing by it. */
const PATIENCE_MS = 20_000;

/**
 * Waits for a condition of the host, which nobody tells us of.
 * @param complaints what is still wrong; an empty list is the end of the wait.
 * @returns the last complaints: empty when the condition came true in time.
 */
export async function until(
  complaints: () => readonly string[] | Promise<readonly string[]>,
  timeoutMs = PATIENCE_MS,
): Promise<readonly string[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const wrong = await complaints();
    if (wrong.length === 0 || performance.now() >= deadline) return wrong;
    await delay(PAUSE_MS);
  }
}

/**
 * Waits until `look` returns something other than null and false, and returns that.
 * @param what the condition in words, for the error.
 * @throws {Error} when it did not come true in time.
 */
export async function eventually<Value>(
  what: string,
  look: () => Value | Promise<Value>,
  timeoutMs = PATIENCE_MS,
): Promise<Exclude<Value, null | false>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false) return seen as Exclude<Value, null | false>;
    if (performance.now() >= deadline) throw new Error(`Within ${timeoutMs} ms it never came true: ${what}`);
    await delay(PAUSE_MS);
  }
}
