const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Whether a text, if it is JSON at all, nests arrays and objects deeper than `most` levels. To parse such a text costs
 * little, but to collect thousands of levels as garbage stops everything else for a tenth of a second.
 */
export function isDeeperThan(text: string, most: number): boolean {
  let levels = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      levels += 1;
      if (levels > most) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      levels -= 1;
    }
  }
  return false;
}

/** @returns where the string's closing quote is, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 1) return end;
  }
  return text.length;
}
