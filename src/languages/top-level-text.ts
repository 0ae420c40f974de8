/**
 * The text of a program in a language with C-like syntax, without comments, literals and everything in braces: what
 * remains declares its top-level names. Text blocks are Java's. Takes time linear in the length, whatever the text.
 */
export function topLevelText(source: string): string {
  const kept: string[] = [];
  let depth = 0;
  let from = 0;
  let at = 0;
  while (at < source.length) {
    const end = endOfToken(source, at);
    if (end === at) {
      at += 1;
      continue;
    }
    if (depth === 0 && at > from) kept.push(source.slice(from, at));
    if (source[at] === "{") depth += 1;
    else if (source[at] === "}") depth = Math.max(0, depth - 1);
    at = end;
    from = end;
  }
  if (depth === 0) kept.push(source.slice(from));
  return kept.join(" ");
}

/** Where the brace, comment or literal ends that begins here; `at` itself when none does. */
function endOfToken(source: string, at: number): number {
  switch (source[at]) {
    case "{":
    case "}":
      return at + 1;
    case "/":
      if (source[at + 1] === "/") return endOf(source.indexOf("\n", at), 0, source);
      return source[at + 1] === "*" ? endOf(source.indexOf("*/", at + 2), 2, source) : at;
    case '"':
      return source.startsWith('"""', at) ? endOfLiteral(source, at + 3, '"""') : endOfLiteral(source, at + 1, '"');
    case "'":
      return endOfLiteral(source, at + 1, "'");
    default:
      return at;
  }
}

/** A literal ends at its quote, or, but for a text block, at the end of its line. */
function endOfLiteral(source: string, from: number, quote: string): number {
  const isLine = quote.length === 1;
  for (let at = from; at < source.length; at += 1) {
    const char = source[at];
    if (char === "\\") at += 1;
    else if (char === quote[0] && (isLine || source.startsWith(quote, at))) return at + quote.length;
    else if (isLine && char === "\n") return at;
  }
  return source.length;
}

function endOf(found: number, length: number, source: string): number {
  return found === -1 ? source.length : found + length;
}
