import type { LaunchError } from "./sandbox.ts";

/** A time in which no box can be had: runs wait for its end, but not for ever. */
export interface Outage {
  /** Something keeps boxes from being made. It began with the first call since the last `end`. */
  note(error: LaunchError): void;
  /** A box was made. */
  end(): void;
  /** Why nobody is to wait for a box any more: what was noted last before it had lasted too long. Null while there is hope. */
  readonly refusal: () => LaunchError | null;
  close(): void;
}

/**
 * @param options.patienceMs how long runs wait.
 * @param options.onTooLong called once in an outage, when it has lasted that long.
 */
export function createOutage(options: {
  readonly patienceMs: number;
  readonly onTooLong: (error: LaunchError) => void;
}): Outage {
  const { patienceMs, onTooLong } = options;
  let timer: NodeJS.Timeout | null = null;
  let last: LaunchError | null = null;
  let refusal: LaunchError | null = null;

  function expire(): void {
    if (last === null) return;
    refusal = last;
    onTooLong(last);
  }

  function end(): void {
    if (timer !== null) clearTimeout(timer);
    timer = last = refusal = null;
  }

  return {
    note(error) {
      last = error;
      timer ??= setTimeout(expire, patienceMs);
    },
    end,
    refusal: () => refusal,
    close: end,
  };
}
