import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const page = readFileSync(new URL("README.md", import.meta.url), "utf8");

test("the page of this folder names tests that there are, and has every case of a hostile message", () => {
  const files = [...page.matchAll(/`((?:[\w-]+|\.\.\/security\/[\w-]+)\.test\.ts)`/g)].map(([, file]) => String(file));
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) expect(existsSync(new URL(file, import.meta.url)), file).toBe(true);
  const text = readFileSync(new URL("../security/programs/api_cases.json", import.meta.url), "utf8");
  const { broker } = JSON.parse(text) as { broker: { readonly id: string }[] };
  expect([...page.matchAll(/^\| `(h\w+)` \|/gm)].map(([, id]) => id)).toEqual(broker.map(({ id }) => id));
});
