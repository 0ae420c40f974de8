import { readFileSync } from "node:fs";

/** One cell: this process is killed at this stage. */
export interface Cell {
  readonly stage: string;
  readonly victim: string;
  /** What a client sees of each execution that is under way, in the order in which they were asked for. */
  readonly outcomes: readonly string[];
}

const PAGE = "docs/failures.md";

/** The table of docs/failures.md that begins with this cell, as arrays of cells without their backticks. */
function readTable(firstHeader: string): { readonly headers: readonly string[]; readonly rows: string[][] } {
  const lines = readFileSync(PAGE, "utf8").split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHeader} |`));
  if (start === -1) throw new Error(`${PAGE} has no table that begins with "${firstHeader}"`);
  const end = lines.findIndex((line, at) => at > start && !line.startsWith("|"));
  const [headers = [], , ...rows] = lines.slice(start, end).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
  return { headers, rows };
}

/** The matrix as the page has it: its columns are processes, but for the last, which names some more. */
export function readMatrix(): Cell[] {
  const { headers, rows } = readTable("Killed while");
  return rows.flatMap(([stage = "", ...cells]) => {
    const others = (cells.pop() ?? "").split("; ").filter(Boolean);
    const pairs = [
      ...cells.map((cell, column) => [headers[column + 1] ?? "", cell] as const),
      ...others.map((other) => other.split(": ") as [string, string]),
    ];
    return pairs.map(([victim, outcome]) => ({
      stage,
      victim,
      outcomes: outcome.split(", ").filter((one) => one !== "–"),
    }));
  });
}
