const GAP = "  ";

/** Columns as wide as their widest text, with their names above; no line ends in spaces. */
export function formatTable(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [names.map((name) => name.toUpperCase()), ...rows];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join(GAP)
          .trimEnd()}\n`,
    )
    .join("");
}
