import type { NodeId } from "./ids.ts";

/**
 * How well boxes of a node hold. `reduced` when a line of theirs is not to be had on its host and its operator accepts that; see
 * `--isolation`.
 */
export const ISOLATIONS = ["full", "reduced"] as const;

export type Isolation = (typeof ISOLATIONS)[number];

/** How long the executions of a while took, milliseconds: what so many of a hundred took at most. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The executions that ended last on a node. */
export interface RecentExecutions {
  readonly executions: number;
  /** How many ended in a second, over the last minute. */
  readonly perSecond: number;
  /** null when there were none. */
  readonly queuedMs: Percentiles | null;
  readonly totalMs: Percentiles | null;
}

/** What a node does: it answers clients, or runs programs. One process may do both. */
export const ROLES = ["gateway", "worker"] as const;

export type Role = (typeof ROLES)[number];

/** What a node says of itself. */
export interface NodeStatus {
  readonly id: NodeId;
  readonly roles: readonly Role[];
  /** The name of its host. */
  readonly host: string;
  /** Of Millrace. */
  readonly version: string;
  /** Whether it can run programs now, or have them run. */
  readonly isReady: boolean;
  /** How many programs it may run at once; 0 for a gateway alone. */
  readonly slots: number;
  readonly usedSlots: number;
  /** The exact versions of each language that it can run; none for a gateway alone. */
  readonly languages: Readonly<Record<string, readonly string[]>>;
  readonly isolation: Isolation;
  /** What its boxes lack, a sentence each; none when they are full. */
  readonly lacks: readonly string[];
  readonly recent: RecentExecutions;
}

/** What a gateway can tell of the whole. */
export interface Cluster {
  nodes(): Promise<readonly NodeStatus[]>;
  /** Jobs that wait for a slot, and how long the oldest of them has waited. */
  queue(): Promise<{ readonly jobs: number; readonly oldestMs: number }>;
}
