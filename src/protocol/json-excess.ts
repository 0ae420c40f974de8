const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The most that a text may have of what costs time out of proportion to its size. */
export interface JsonBounds {
  /** Arrays and objects within each other. */
  readonly levels: number;
  /** Entries of one array or object. */
  readonly entries: number;
  /** Values altogether; an array or an object counts for two. */
  readonly values: number;
}

/** What a text has too much of. */
export interface JsonExcess {
  readonly of: keyof JsonBounds;
  /** The outermost object's field in which that is, as JSON; null outside of any. */
  readonly field: Uint8Array | null;
}

/**
 * Finds what a text in UTF-8, if it is JSON at all, has too much of; null when it keeps within the bounds. A text is cheap
 * to look through, but a million names make hash tables, and thousands of levels make garbage, that stop everything else
 * for a tenth of a second and more.
 */
export function findJsonExcess(text: Buffer, bounds: JsonBounds): JsonExcess | null {
  /** Of each array or object that is open, how many entries it has. */
  const entries = new Uint32Array(bounds.levels + 1);
  let level = 0;
  let values = 0;
  // Where the outermost object's latest string is, and its latest name: a string before a colon.
  let string = 0;
  let name = -1;
  let of: keyof JsonBounds | null = null;

  for (let at = 0; at < text.length && of === null; at += 1) {
    switch (text[at]) {
      case QUOTE:
        if (level === 1) string = at;
        at = endOfString(text, at);
        break;
      case COLON:
        if (level === 1) name = string;
        break;
      case COMMA:
        values += 1;
        entries[level] = (entries[level] as number) + 1;
        if ((entries[level] as number) > bounds.entries) of = "entries";
        if (values > bounds.values) of = "values";
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        values += 1;
        level += 1;
        if (level > bounds.levels) of = "levels";
        if (values > bounds.values) of = "values";
        entries[level] = 1;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (level > 0) level -= 1;
    }
  }
  if (of === null) return null;
  return { of, field: level > 1 && name !== -1 ? text.subarray(name, endOfString(text, name) + 1) : null };
}

/** To look for a quote costs as much as to look at this many bytes. */
const SEARCH_COST_BYTES = 32;

/** @returns where the string's closing quote is, or the end of the text. */
function endOfString(text: Buffer, start: number): number {
  let at = start + 1;
  for (let near = at + SEARCH_COST_BYTES; at < text.length; near = at + SEARCH_COST_BYTES) {
    for (; at < near; at += text[at] === BACKSLASH ? 2 : 1) if (text[at] === QUOTE) return at;
    const quote = text.indexOf(QUOTE, at);
    if (quote === -1) return text.length;
    let before = quote;
    while (before > at && text[before - 1] === BACKSLASH) before -= 1;
    if ((quote - before) % 2 === 0) return quote;
    at = quote + 1;
  }
  return text.length;
}
