/** Something that stands in a line; of two the one with the lower place came first. */
interface Placed {
  readonly place: number;
}

/** First in, first out, and back to one's place. Every call takes the same time however many stand in it. */
export interface Line<Entry extends Placed> {
  size(): number;
  /** The one that waits longest. */
  first(): Entry | undefined;
  /** At the end: it has a higher place than all that were added before. */
  add(entry: Entry): void;
  /** Back to its place, for one that was shifted. */
  giveBack(entry: Entry): void;
  /** Takes the first. */
  shift(): Entry | undefined;
  /** @returns whether it stood in the line. */
  remove(entry: Entry): boolean;
}

/** How many may be kept that left the line, whatever its length. */
const MOST_GONE = 64;

export function createLine<Entry extends Placed>(): Line<Entry> {
  const standing = new Set<Entry>();
  /** Sorted by place from `head` on, those included that were removed. */
  let entries: Entry[] = [];
  let head = 0;
  /** Sorted by place. They were shifted from `entries` before, so each comes before all that are left there. */
  const returned: Entry[] = [];

  /** What left the line is let go of when it is more than what stands in it. */
  function tidy(): void {
    while (head < entries.length && !standing.has(entries[head] as Entry)) head += 1;
    if (entries.length <= 2 * standing.size + MOST_GONE) return;
    entries = entries.slice(head).filter((entry) => standing.has(entry));
    head = 0;
  }

  function first(): Entry | undefined {
    return returned[0] ?? entries[head];
  }

  function remove(entry: Entry): boolean {
    if (!standing.delete(entry)) return false;
    const index = returned.indexOf(entry);
    if (index !== -1) returned.splice(index, 1);
    tidy();
    return true;
  }

  return {
    size: () => standing.size,
    first,
    add(entry) {
      standing.add(entry);
      entries.push(entry);
    },
    giveBack(entry) {
      let index = returned.length;
      while (index > 0 && (returned[index - 1] as Entry).place > entry.place) index -= 1;
      returned.splice(index, 0, entry);
      standing.add(entry);
    },
    shift() {
      const entry = first();
      if (entry !== undefined) remove(entry);
      return entry;
    },
    remove,
  };
}
