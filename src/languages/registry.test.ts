import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineError } from "../domain/errors.ts";
import { parseManifest } from "./manifest.ts";
import { createRegistry, loadRegistry } from "./registry.ts";
import { createToolchain } from "./toolchain.ts";

function entryOf(id: string, aliases: string[], versions: string[], changes: object = {}) {
  const json = {
    id,
    name: id.toUpperCase(),
    aliases,
    extensions: [".x"],
    mainFile: "main.x",
    hello: "hello",
    detect: { executables: ["/opt/x"], versionPattern: "(.)", debianPackage: `${id}-package` },
    run: { command: ["{executable}"] },
    ...changes,
  };
  const manifest = parseManifest(JSON.stringify(json), `${id}.yaml`);
  const toolchains = versions.map((version) =>
    createToolchain(manifest, { executable: `/opt/${id}/${version}/x`, version, stamp: "1@2", tools: {} }),
  );
  return { manifest, toolchains };
}

const registry = createRegistry([
  entryOf("python", ["py"], ["3.13.0", "3.11.2", "2.7.18"]),
  entryOf("java", ["jdk"], ["17.0.15"], { compile: { command: ["cc"], artifacts: ["a"] } }),
  entryOf("go", [], []),
]);

function refusal(act: () => unknown): EngineError {
  try {
    act();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("finding a toolchain", () => {
  test.each([
    ["python", undefined, "3.13.0"],
    ["py", undefined, "3.13.0"],
    ["Python", undefined, "3.13.0"],
    ["python", "3", "3.13.0"],
    ["python", "3.11", "3.11.2"],
    ["python", "<3", "2.7.18"],
    ["python", "3.11.2", "3.11.2"],
    ["python", "^3.11 <3.12 || 2", "3.11.2"],
    ["python", "*", "3.13.0"],
  ])("%s %s is %s", (name, range, version) => {
    expect(registry.find(name, range)).toMatchObject({
      language: "python",
      version,
      executable: `/opt/python/${version}/x`,
    });
  });

  test("a language that is not known is refused with near ones", () => {
    expect(refusal(() => registry.find("pyton"))).toMatchObject({
      code: "unknown_language",
      message: 'There is no language "pyton". Did you mean "python"?',
      fields: [{ path: "/language" }],
    });
  });

  test("a language that is near to none is refused with all of them, and quoted in short", () => {
    const error = refusal(() => registry.find("x".repeat(1_000)));
    expect(error.message).toBe(`There is no language "${"x".repeat(40)}". There are: go, java, python.`);
  });

  test.each(["__proto__", "constructor", "toString"])("%s is no language", (name) => {
    expect(refusal(() => registry.find(name)).code).toBe("unknown_language");
  });

  test("a language that is not installed is refused with the command that installs it", () => {
    expect(refusal(() => registry.find("go"))).toMatchObject({
      code: "unknown_language",
      message: "GO is not installed on this server: apt-get install go-package",
    });
  });

  test("a version that is not here is refused with those that are", () => {
    expect(refusal(() => registry.find("python", "4"))).toMatchObject({
      code: "invalid_field",
      fields: [{ path: "/version", message: "fits no version of PYTHON that is here: 3.13.0, 3.11.2, 2.7.18" }],
    });
  });

  test("a version that is no range is refused with what would be right", () => {
    expect(refusal(() => registry.find("python", "latest!"))).toMatchObject({
      code: "invalid_field",
      fields: [{ path: "/version", message: 'has to be a version or a semver range, like "3.13.0" or ">=1 <3"' }],
    });
  });
});

test("the list says of every language whether it is here, in which versions, and how to get it", () => {
  expect(registry.list().map(({ id, isAvailable, versions, install }) => [id, isAvailable, versions, install])).toEqual(
    [
      ["go", false, [], "apt-get install go-package"],
      ["java", true, ["17.0.15"], null],
      ["python", true, ["3.13.0", "3.11.2", "2.7.18"], null],
    ],
  );
});

test("what Debian has no package for says itself how it is brought", () => {
  const detect = { executables: ["/opt/x"], install: "fetch it from example.org" };
  const [language] = createRegistry([entryOf("rare", [], [], { detect })]).list();
  expect(language?.install).toBe("fetch it from example.org");
});

test("the list gives limits of a compile run only to languages with a compiler", () => {
  expect(registry.list().map(({ id, compileLimits }) => [id, compileLimits !== null])).toEqual([
    ["go", false],
    ["java", true],
    ["python", false],
  ]);
});

test("a box sees the toolchains of all languages", () => {
  expect(registry.trees().map(({ source }) => source)).toEqual([
    "/opt/python/3.13.0/x",
    "/opt/python/3.11.2/x",
    "/opt/python/2.7.18/x",
    "/opt/java/17.0.15/x",
  ]);
});

test("two languages cannot share a name", () => {
  expect(() => createRegistry([entryOf("a", ["same"], []), entryOf("b", ["same"], [])])).toThrow(
    '"same" names both A and B',
  );
});

describe("loading from a directory", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-languages-"));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  test("a manifest that is wrong stops the start, by the name of the file and the key", async () => {
    await writeFile(join(directory, "wrong.yaml"), "id: wrong\n");
    await writeFile(join(directory, "notes.txt"), "not a manifest\n");
    const loading = loadRegistry({
      directories: [directory],
      millraceNode: process.execPath,
      millraceModules: directory,
    });
    await expect(loading).rejects.toThrow(/wrong\.yaml is not a language manifest:.*hello: /s);
  });
});
