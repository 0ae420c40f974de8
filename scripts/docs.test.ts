import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../src/cli/run/exit-status.ts";
import { fallbackText, flagOf, isInFile, SETTING_NAMES, settingOf, variableOf } from "../src/config/settings.ts";

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
    const { help } = settingOf(name);
    const key = isInFile(name) ? `\`${name}\`` : "";
    return `| ${key} | \`${flagOf(name)}\` | \`${variableOf(name)}\` | ${fallbackText(name)} | ${help} |`;
  });
  const lines = readFileSync("docs/configuration.md", "utf8").split("\n");
  expect(lines.filter((line) => line.includes("| `--"))).toEqual(wanted);
});

test("the command line's page has every command and every exit status of a run", () => {
  const page = readFileSync("docs/cli.md", "utf8");
  const { stdout } = spawnSync(process.execPath, ["src/cli/millrace.ts", "help"], { encoding: "utf8", env: {} });
  const commands = [...stdout.slice(stdout.indexOf("Commands:")).matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]);
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands) expect(page).toMatch(new RegExp(`^\\| .*\`millrace ${command}\\b`, "m"));
  for (const status of Object.values(EXIT)) expect(page).toContain(`\n| ${status} | `);
});

test("the command line's page has every option of a run", () => {
  const page = readFileSync("docs/cli.md", "utf8");
  const { stdout } = spawnSync(process.execPath, ["src/cli/millrace.ts", "run", "--help"], {
    encoding: "utf8",
    env: {},
  });
  const options = stdout.slice(0, stdout.indexOf("Settings:")).match(/--[a-z-]+(?= <)/g) ?? [];
  expect(options.length).toBeGreaterThan(10);
  for (const option of options) expect(page).toContain(`\`${option}`);
});
