import { PRIORITIES, type Priority } from "../domain/execution.ts";

/** Of twelve jobs taken while all priorities have some waiting, so many are of each. */
export const PRIORITY_TURNS: Readonly<Record<Priority, number>> = { high: 8, normal: 3, low: 1 };

/**
 * Whose turn it is, evenly spread: a priority gains its share with every turn and pays for all when it gets one.
 * @returns chooses among the priorities that have something to take; null when none has.
 */
export function createPriorityTurns(): (has: (priority: Priority) => boolean) => Priority | null {
  const credit: Record<Priority, number> = { high: 0, normal: 0, low: 0 };
  return (has) => {
    const candidates = PRIORITIES.filter(has);
    const [first, ...others] = candidates;
    if (first === undefined) return null;
    // One that has nothing does not save up turns for later.
    for (const priority of PRIORITIES) if (!candidates.includes(priority)) credit[priority] = 0;
    let total = 0;
    for (const priority of candidates) {
      credit[priority] += PRIORITY_TURNS[priority];
      total += PRIORITY_TURNS[priority];
    }
    const chosen = others.reduce((best, priority) => (credit[priority] > credit[best] ? priority : best), first);
    credit[chosen] -= total;
    return chosen;
  };
}
