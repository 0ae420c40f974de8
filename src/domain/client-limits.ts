/** What one client may do; null where nothing bounds it. */
export interface ClientLimits {
  /** Requests in a minute: a bucket of so many, which fills up again within a minute. */
  readonly ratePerMinute: number | null;
  /** Executions under way at once, from a request's headers to its answer. */
  readonly concurrency: number | null;
}

/** The most that anybody can be granted in numbers. */
export const MOST_CLIENT_LIMITS = { ratePerMinute: 1_000_000, concurrency: 100_000 } as const satisfies ClientLimits;
