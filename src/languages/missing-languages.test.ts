import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findMissingLanguages } from "./missing-languages.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-missing-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

function write(id: string, detect: string): Promise<void> {
  const text = `{ id: ${id}, name: The ${id}, extensions: [.x], hello: hello, detect: { ${detect} } }`;
  return writeFile(join(directory, `${id}.yaml`), text);
}

test("what set-up is to bring: languages of which nothing is here, unless it is left to people", async () => {
  await write("here", `executables: [/none/here, "${process.execPath}"], debianPackage: here`);
  await write("gone", "executables: [/none/gone], debianPackage: gone gone-dev");
  await write("large", "executables: [/none/large], debianPackage: large, optional: true");
  await write("foreign", "executables: [/none/foreign], install: get it somewhere");

  const places = { millraceNode: process.execPath, millraceModules: directory };
  expect(await findMissingLanguages({ ...places, directory })).toEqual([
    { name: "The gone", debianPackages: ["gone", "gone-dev"] },
  ]);
});
