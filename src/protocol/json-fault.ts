/** Where a text stops being JSON. Lines and columns count from 1, columns in UTF-16 units. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  /** The character that is there, null at the end of the text. */
  readonly found: string | null;
}

type Expecting = "value" | "value or ]" | "name" | "name or }" | "colon" | "comma" | "end";

const EXPECTED: Record<Exclude<Expecting, "comma">, string> = {
  value: "a value",
  "value or ]": 'a value or "]"',
  name: "a name in double quotes",
  "name or }": 'a name in double quotes or "}"',
  colon: '":"',
  end: "the end",
};

// Expressions, because they are fast from their first use on: a loop is slow until the engine has compiled it.
const SPACE = /[ \t\n\r]*/y;
/** No quote, backslash or control character. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
const NOT_LINE_ENDS = /[^\n]+/g;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS = ["true", "false", "null"];
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * Finds the first place at which a text is not JSON (RFC 8259); null if there is none.
 * It is for messages only, after `JSON.parse` refused the text: the engine gives no position that a program can read.
 * It does not recurse, so depth costs nothing.
 */
export function findJsonFault(text: string): JsonFault | null {
  const closers: ("}" | "]")[] = [];
  let expecting: Expecting = "value";
  let at = 0;

  while (true) {
    at = skipSpace(text, at);
    const char = text[at];
    if (char === undefined) return expecting === "end" ? null : fault(text, at, expected(expecting, closers));

    if (expecting === "colon" && char === ":") {
      expecting = "value";
      at += 1;
    } else if (expecting === "comma" && char === ",") {
      expecting = closers.at(-1) === "}" ? "name" : "value";
      at += 1;
    } else if (mayClose(expecting) && char === closers.at(-1)) {
      closers.pop();
      expecting = after(closers);
      at += 1;
    } else if ((expecting === "name" || expecting === "name or }") && char === '"') {
      const end = endOfString(text, at);
      if (end.fault !== null) return fault(text, end.at, end.fault);
      expecting = "colon";
      at = end.at;
    } else if (expecting === "value" || expecting === "value or ]") {
      if (char === "{" || char === "[") {
        closers.push(char === "{" ? "}" : "]");
        expecting = char === "{" ? "name or }" : "value or ]";
        at += 1;
      } else {
        const end = endOfScalar(text, at);
        if (end.fault !== null) return fault(text, end.at, end.fault || expected(expecting, closers));
        expecting = after(closers);
        at = end.at;
      }
    } else {
      return fault(text, at, expected(expecting, closers));
    }
  }
}

function mayClose(expecting: Expecting): boolean {
  return expecting === "comma" || expecting === "value or ]" || expecting === "name or }";
}

function after(closers: readonly string[]): Expecting {
  return closers.length === 0 ? "end" : "comma";
}

function expected(expecting: Expecting, closers: readonly string[]): string {
  return expecting === "comma" ? `"," or "${closers.at(-1)}"` : EXPECTED[expecting];
}

function skipSpace(text: string, from: number): number {
  SPACE.lastIndex = from;
  SPACE.test(text);
  return SPACE.lastIndex;
}

interface End {
  readonly at: number;
  /** What was expected at `at`; empty when no value starts there; null when all is well. */
  readonly fault: string | null;
}

function endOfScalar(text: string, from: number): End {
  if (text[from] === '"') return endOfString(text, from);
  const word = WORDS.find((candidate) => text.startsWith(candidate, from));
  if (word !== undefined) return { at: from + word.length, fault: null };
  NUMBER.lastIndex = from;
  const isNumber = NUMBER.test(text);
  return isNumber ? { at: NUMBER.lastIndex, fault: null } : { at: from, fault: "" };
}

function endOfString(text: string, from: number): End {
  let at = from + 1;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === 0x22) return { at: at + 1, fault: null };
    if (char < 0x20) return { at, fault: "control characters in a string to be escaped" };
    if (char === 0x5c) {
      ESCAPE.lastIndex = at;
      if (!ESCAPE.test(text)) return { at, fault: "a valid escape in a string" };
      at = ESCAPE.lastIndex;
    } else {
      PLAIN.lastIndex = at;
      PLAIN.test(text);
      at = PLAIN.lastIndex;
    }
  }
  return { at, fault: "the closing quote of a string" };
}

function fault(text: string, at: number, expectedText: string): JsonFault {
  const lineStart = at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
  const line = 1 + text.slice(0, lineStart).replaceAll(NOT_LINE_ENDS, "").length;
  const codePoint = text.codePointAt(at);
  const found = codePoint === undefined ? null : String.fromCodePoint(codePoint);
  return { line, column: at - lineStart + 1, expected: expectedText, found };
}
