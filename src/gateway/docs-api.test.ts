import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ERRORS } from "../domain/errors.ts";
import { DEFAULT_COMPILE_LIMITS, DEFAULT_RUN_LIMITS, LIMIT_NAMES, MAXIMUM_LIMITS } from "../domain/limits.ts";
import { STATUSES } from "../domain/outcome.ts";
import { executionRequestSchema, LIMIT_BOUNDS } from "../protocol/execution-request.ts";

const page = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");

/** The rows of the table whose header starts with a given cell, as arrays of cells. */
function tableUnder(firstHeader: string): string[][] {
  const lines = page.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHeader} |`));
  if (start === -1) throw new Error(`docs/api.md has no table that starts with "${firstHeader}"`);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

describe("docs/api.md", () => {
  it("has the table of errors, both ways", () => {
    const documented = tableUnder("Code").map(([code, status, retry]) => ({ code, status, retry }));
    const table = Object.entries(ERRORS).map(([code, { status, retryable }]) => ({
      code,
      status: String(status),
      retry: retryable ? "yes" : "no",
    }));
    expect(documented).toEqual(table);
  });

  it("has the limits, both ways", () => {
    const documented = tableUnder("Limit").map(([name, ...cells]) => [
      name,
      ...cells.map((cell) => cell.replaceAll(",", "")),
    ]);
    const table = LIMIT_NAMES.map((name) => [
      name,
      ...[DEFAULT_RUN_LIMITS[name], DEFAULT_COMPILE_LIMITS[name], MAXIMUM_LIMITS[name]].map(String),
      LIMIT_BOUNDS[name].replaceAll(/[`,]/g, ""),
    ]);
    expect(documented).toEqual(table);
  });

  it("has the fields of a request, both ways", () => {
    expect(tableUnder("Field").map(([field]) => field)).toEqual(Object.keys(executionRequestSchema.shape));
  });

  it("has the statuses that there are, wrong_answer aside: nothing judges yet", () => {
    const section = page.slice(page.indexOf("### Statuses"), page.indexOf("## GET /v1/languages"));
    const documented = new Set([...section.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name));
    for (const name of STATUSES) expect([name, documented.has(name)]).toEqual([name, name !== "wrong_answer"]);
  });
});
