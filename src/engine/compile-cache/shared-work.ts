/** Work of which several may want the same at once: it is done once for all of them. */
export interface SharedWork<Result> {
  /**
   * Joins the work under this key, or begins it. Who aborts leaves with what `onAbort` gives; the work itself is aborted when
   * everyone has left.
   */
  join(key: string, options: JoinOptions<Result>): Promise<Result>;
}

export interface JoinOptions<Result> {
  readonly signal: AbortSignal;
  readonly begin: (signal: AbortSignal) => Promise<Result>;
  readonly onAbort: () => Result;
}

interface Underway<Result> {
  readonly promise: Promise<Result>;
  readonly controller: AbortController;
  members: number;
}

export function createSharedWork<Result>(): SharedWork<Result> {
  const underway = new Map<string, Underway<Result>>();

  function begin(key: string, work: JoinOptions<Result>["begin"]): Underway<Result> {
    const controller = new AbortController();
    const promise = work(controller.signal).finally(() => {
      if (underway.get(key)?.controller === controller) underway.delete(key);
    });
    const entry = { promise, controller, members: 0 };
    underway.set(key, entry);
    return entry;
  }

  return {
    async join(key, { signal, begin: work, onAbort }) {
      if (signal.aborted) return onAbort();
      const entry = underway.get(key) ?? begin(key, work);
      entry.members++;
      const left = Promise.withResolvers<void>();
      const leave = (): void => left.resolve();
      signal.addEventListener("abort", leave, { once: true });
      try {
        return await Promise.race([entry.promise, left.promise.then(onAbort)]);
      } finally {
        signal.removeEventListener("abort", leave);
        if (--entry.members === 0 && signal.aborted) {
          // Nobody may join what is being given up.
          if (underway.get(key) === entry) underway.delete(key);
          entry.controller.abort();
        }
      }
    },
  };
}
