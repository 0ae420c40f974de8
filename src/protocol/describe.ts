const LONGEST = 40;

/** Names a value of parsed JSON for an error message: short, on one line, never deeper than one level. */
export function describe(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  if (value === undefined) return "nothing";
  return String(value);
}

/** A string in double quotes, escaped, cut after 40 characters. */
export function quote(text: string): string {
  if (text.length <= LONGEST) return JSON.stringify(text);
  return JSON.stringify(`${text.slice(0, LONGEST)}…`);
}
