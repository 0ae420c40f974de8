import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { fallbackText, flagOf, SETTING_NAMES, settingOf, variableOf } from "../src/config/settings.ts";

const PAGES = ["README.md", "SECURITY.md", ...globSync("docs/**/*.md"), "native/PROTOCOL.md"];

test.each(PAGES)("%s links only to files that are there", (page) => {
  const links = [...readFileSync(page, "utf8").matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)];
  const missing = links.map((link) => link[1] ?? "").filter((target) => !existsSync(join(dirname(page), target)));
  expect(missing).toEqual([]);
});

test("the architecture names only files that are there", () => {
  const names = [...readFileSync("docs/architecture.md", "utf8").matchAll(/`([a-z/-]+\/[a-z0-9/-]+\.(?:ts|c|h|md))`/g)];
  const missing = names
    .map((name) => name[1] ?? "")
    .filter((name) => !existsSync(name) && !existsSync(join("src", name)));
  expect(names.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});

test("the settings' table is that of the code, line by line", () => {
  const wanted = SETTING_NAMES.map((name) => {
    const { help, side } = settingOf(name);
    const key = side === "server" ? `\`${name}\`` : "";
    return `| ${key} | \`${flagOf(name)}\` | \`${variableOf(name)}\` | ${fallbackText(name)} | ${help} |`;
  });
  const lines = readFileSync("docs/configuration.md", "utf8").split("\n");
  expect(lines.filter((line) => line.includes("| `--"))).toEqual(wanted);
});
