/** Counts what each client has under way. It remembers nobody who has nothing under way. */
export interface ConcurrencyLimiter {
  /**
   * @param id who begins something.
   * @param most how much may be under way at once.
   * @returns what to call when it has ended, any number of times; null when as much is under way as may be.
   */
  enter(id: string, most: number): (() => void) | null;
}

export function createConcurrencyLimiter(): ConcurrencyLimiter {
  const underWay = new Map<string, number>();

  return {
    enter(id, most) {
      const before = underWay.get(id) ?? 0;
      if (before >= most) return null;
      underWay.set(id, before + 1);
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        const left = (underWay.get(id) ?? 0) - 1;
        if (left > 0) underWay.set(id, left);
        else underWay.delete(id);
      };
    },
  };
}
