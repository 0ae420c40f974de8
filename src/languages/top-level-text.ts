/** Comments, literals and brackets of a language whose syntax comes from C. Text blocks are Java's. */
const TOKEN = /\/\/[^\n]*|\/\*|"""|["'{}]/g;

/**
 * The text of a program in a language with C-like syntax, without comments, literals and everything in braces: what
 * remains declares its top-level names. Takes time linear in the length.
 */
export function topLevelText(source: string): string {
  const kept: string[] = [];
  let depth = 0;
  let from = 0;
  const token = new RegExp(TOKEN);
  for (let match = token.exec(source); match !== null; match = token.exec(source)) {
    const [text] = match;
    if (depth === 0) kept.push(source.slice(from, match.index), " ");
    if (text === "{") depth += 1;
    else if (text === "}") depth = Math.max(0, depth - 1);
    else token.lastIndex = endOf(text, source, token.lastIndex);
    from = token.lastIndex;
  }
  if (depth === 0) kept.push(source.slice(from));
  return kept.join("");
}

/** Where the comment or literal ends that `opening` began; the text's end if nothing closes it. */
function endOf(opening: string, source: string, from: number): number {
  if (opening.startsWith("//")) return from;
  if (opening === "/*") return after(source.indexOf("*/", from), 2, source);
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === "\\") at += 1;
    else if (source.startsWith(opening, at)) return at + opening.length;
    else if (source[at] === "\n" && opening.length === 1) return at;
  }
  return source.length;
}

function after(at: number, length: number, source: string): number {
  return at === -1 ? source.length : at + length;
}
