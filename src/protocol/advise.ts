import { nearNames } from "../domain/near-names.ts";

const MOST_NEAR = 3;
const LONGEST = 40;

/** Says which name was probably meant: those that are spelled alike or begin with the same word; else all there are. */
export function advise(given: string, names: readonly string[]): string {
  const word = given.slice(0, LONGEST);
  const alike = nearNames(word, names, MOST_NEAR);
  const related = names.filter((name) => firstWord(name) === firstWord(word) && !alike.includes(name));
  const near = [...alike, ...related].slice(0, MOST_NEAR);
  if (near.length > 0) return `did you mean ${near.map((name) => JSON.stringify(name)).join(" or ")}?`;
  return `there are ${names.join(", ")}`;
}

/** `memory` of `memoryBytes`, `memory_mb` and `Memory-Limit`. */
function firstWord(name: string): string {
  return (/^[a-z]+|^[A-Z][a-z]*/.exec(name)?.[0] ?? "").toLowerCase();
}
