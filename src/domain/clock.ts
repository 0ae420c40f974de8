/** The time, as a dependency: tests bring their own. */
export interface Clock {
  /** Milliseconds since the epoch, with fractions. Never goes backwards. */
  nowMs(): number;
}

/** Monotonic: a step of the host's clock while this process lives does not show in it. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
};
