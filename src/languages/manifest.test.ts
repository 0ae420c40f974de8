import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { parseManifest } from "./manifest.ts";

const directory = new URL("../../languages/", import.meta.url);
const files = readdirSync(directory);
const python = readFileSync(new URL("python.yaml", directory), "utf8");

test.each(files)("%s is a manifest and is named after its language", (file) => {
  const manifest = parseManifest(readFileSync(new URL(file, directory), "utf8"), file);
  expect(`${manifest.id}.yaml`).toBe(file);
  expect(manifest.hello).toContain("Hello, world!");
  expect(manifest.extensions.some((extension) => manifest.mainFile.default.endsWith(extension))).toBe(true);
});

/** Python's manifest with one value changed, written and read again. */
function changed(path: readonly string[], value: unknown) {
  const manifest = parse(python);
  const last = path.at(-1) as string;
  const parent = path.slice(0, -1).reduce((object, key) => object[key], manifest);
  parent[last] = value;
  return () => parseManifest(stringify(manifest), "python.yaml");
}

test.each([
  [["nmae"], "Python", '(top): Unrecognized key: "nmae"'],
  [["run", "comand"], [], 'run: Unrecognized key: "comand"'],
  [["run", "limits"], { memoryBytes: 0 }, "run.limits.memoryBytes:"],
  [["run", "limits"], { memoryBytes: 1e12 }, "run.limits.memoryBytes:"],
  [["run", "limits"], { memory: 1 }, 'run.limits: Unrecognized key: "memory"'],
  [["run", "env"], { "A=B": "x" }, "run.env.A=B:"],
  [["run", "command"], [], "run.command.0:"],
  [
    ["run", "command"],
    ["{executable}", "{sources}"],
    "run.command.1: unknown {sources}; known here: {executable} {home}",
  ],
  [["compile"], { command: ["cc", "-I{sources}"], artifacts: ["a"] }, "compile.command.1: {sources} is a list"],
  [["compile"], { command: ["cc"], artifacts: ["../a"] }, "compile.artifacts.0: has to be a path below"],
  [["compile"], { command: ["cc"], artifacts: ["/a"] }, "compile.artifacts.0: has to be a path below"],
  [["trees"], ["relative"], "trees.0:"],
  [["detect", "executables"], ["python3"], "detect.executables.0:"],
  [["detect", "versionPattern"], "(", "detect.versionPattern: is not a regular expression"],
  [["detect", "versionPattern"], "no group", "detect.versionPattern: needs exactly one (group)"],
  [["detect", "versionPattern"], "(a)(b)", "detect.versionPattern: needs exactly one (group)"],
  [["run", "env"], { X: "{mainFile}" }, "run.env.X: unknown {mainFile}"],
  [["run", "env"], { X: "{prepared}" }, "run.env.X: unknown {prepared}"],
  [["tools"], { home: ["/usr/bin/home"] }, "tools.home: {home} already means something else"],
  [["tools"], { node: ["node"] }, "tools.node.0:"],
  [["compile"], { command: ["cc"], artifacts: ["{sources}"] }, "compile.artifacts.0: unknown {sources}"],
  [["compile"], { command: ["cc"], artifacts: ["a"], files: { "/x": "" } }, "compile.files./x: Invalid key"],
  [["prepare"], { command: ["x", "{mainFile}"], why: "x" }, "prepare.command.1: unknown {mainFile}"],
  [["detect", "versionCommand"], ["{version}"], "detect.versionCommand.0: unknown {version}"],
  [["detect", "debianPackage"], undefined, "detect: needs debianPackage or install, not both"],
  [["detect", "install"], "by hand", "detect: needs debianPackage or install, not both"],
  [["mainFile"], "../main.py", "mainFile:"],
  [["id"], "Python 3", "id:"],
])("%j = %j is refused by the name of the file and the key", (path, value, message) => {
  expect(changed(path, value)).toThrow("python.yaml is not a language manifest");
  expect(changed(path, value)).toThrow(message);
});

test("a key that is missing is named", () => {
  expect(changed(["hello"], undefined)).toThrow("hello: ");
});

test("text that is not YAML is refused by the name of the file", () => {
  expect(() => parseManifest("a: [", "broken.yaml")).toThrow("broken.yaml is not YAML");
});

test("a simple language needs seven lines; what it does not say is the usual", () => {
  const manifest = parseManifest(
    [
      "id: tool",
      "name: Tool",
      "extensions: [.t, .tool]",
      "hello: say Hello, world!",
      "detect:",
      "  executables: [/usr/bin/tool]",
      "  debianPackage: tool",
    ].join("\n"),
    "tool.yaml",
  );
  expect(manifest).toMatchObject({
    aliases: [],
    mainFile: { default: "main.t", topLevelName: null },
    detect: { versionCommand: ["{executable}", "--version"], optional: false },
    trees: [],
    run: { command: ["{executable}", "{mainFile}"], env: {}, limits: {} },
  });
  const versionOf = (text: string) => manifest.detect.versionPattern.exec(text)?.[1];
  expect(versionOf("Tool 5, release 3 (v5.36.0)")).toBe("5.36.0");
  expect(versionOf("tool5")).toBeUndefined();
});
