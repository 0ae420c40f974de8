import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeMutation, MUTATIONS } from "./mutations.ts";

test("docs/sandbox.md has the table of mutations", () => {
  const page = readFileSync(new URL("../../docs/sandbox.md", import.meta.url), "utf8");
  const section = page.split("## Proven by mutation")[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| ") && line.endsWith(" | red |"));
  expect(rows).toEqual(MUTATIONS.map((mutation) => `| ${describeMutation(mutation).join(" | ")} | red |`));
});
