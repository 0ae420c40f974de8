/** One line of a benchmark's result. */
export interface Row {
  readonly what: string;
  /** The value that counts, with its unit. */
  readonly measured: string;
  /** What it has to be, in words; null for a value that is only told. */
  readonly target: string | null;
  /** Whether the target was met; null where there is none. */
  readonly isMet: boolean | null;
  /** What the value was made of. */
  readonly detail: string;
}

/** A value that is told and not judged. */
export function fact(what: string, measured: string, detail = ""): Row {
  return { what, measured, target: null, isMet: null, detail };
}

/** A value that has a target. */
export function judged(row: Omit<Row, "isMet" | "target"> & { readonly target: string; readonly isMet: boolean }): Row {
  return row;
}

const COLUMNS = ["what", "measured", "target", "", "detail"];

export function formatTable(rows: readonly Row[]): string {
  const lines = [COLUMNS, ...rows.map(toCells)];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? "").length)));
  return lines.map((cells) => formatLine(cells, widths)).join("\n");
}

function toCells({ what, measured, target, isMet, detail }: Row): string[] {
  const verdict = isMet === null ? "" : isMet ? "PASS" : "MISS";
  return [what, measured, target ?? "", verdict, detail];
}

function formatLine(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join("  ")
    .trimEnd();
}
