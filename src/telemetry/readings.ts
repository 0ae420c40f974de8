/** What the metrics read from the parts of the server each time that somebody asks for them. */
export interface Readings {
  /** Jobs that wait. */
  readonly queuedJobs: () => number;
  /** How long the oldest of them has waited, milliseconds; 0 when none does. */
  readonly oldestJobMs: () => number;
  /** Jobs that came again here: given back, or left by a worker that ended, so far. */
  readonly redeliveries: () => number;
  /** Nodes that were heard of in the last seconds, this one included. */
  readonly nodes: () => number;
  /** Results that somebody is to be told of. */
  readonly waitingWebhooks: () => number;
  readonly slots: () => number;
  /** Whether a line of the boxes is not to be had on this host. */
  readonly isReduced: () => boolean;
  readonly usedSlots: () => number;
  /** Living boxes by what becomes of them. */
  readonly boxes: () => Readonly<Record<BoxState, number>>;
  /** Processes that were booted ahead and stand ready, by language. */
  readonly warmProcesses: () => Readonly<Record<string, number>>;
  /** What those hold of the host's memory, bytes. */
  readonly warmMemoryBytes: () => Readonly<Record<string, number>>;
  /** Boxes that could not be made, so far. */
  readonly failedBoxes: () => number;
  /** Launchers that were lost, so far; each had a successor, or will have. */
  readonly lostLaunchers: () => number;
  /** Whether programs can be run now. */
  readonly isReady: () => boolean;
}

/** A box is being made, stands ready, belongs to a run, or is being removed. */
export const BOX_STATES = ["making", "prepared", "used", "leaving"] as const;

export type BoxState = (typeof BOX_STATES)[number];
