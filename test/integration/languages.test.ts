import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Language } from "../../src/domain/language.ts";
import { loadLanguages } from "../../src/main/load-languages.ts";
import { execute, post, postText, run } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { SHAPES } from "./language-shapes.ts";

const PAGE = await readFile("docs/languages.md", "utf8");
/** The manifest that the page adds, as somebody would save it. */
const ADDED = /```yaml\n(id: awk\n.*?)```/s.exec(PAGE)?.[1] ?? "";

const LANGUAGES = (await loadLanguages({ folder: null })).list();
const VERSIONS = LANGUAGES.filter(({ versions }) => versions.length > 1).flatMap((language) =>
  language.versions.map((version) => [language.id, version, language] as const),
);
/** Those that are left to people to install. */
const OPTIONAL = ["csharp", "haskell", "kotlin", "r"];

let server: RunningServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-manifests-"));
  await writeFile(join(folder, "awk.yaml"), ADDED);
  await writeFile(
    join(folder, "nowhere.yaml"),
    "{ id: nowhere, name: Nowhere, extensions: [.no], hello: no, detect: { executables: [/none], debianPackage: no-where } }",
  );
  server = await startServer({ env: { MILLRACE_LANGUAGES: folder } });
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

describe("a language that is added", () => {
  test("takes about ten lines", () => {
    expect(ADDED.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
  });

  test("says hello, and runs what the page sends to it", async () => {
    const hello = /^hello: (.*)$/m.exec(ADDED)?.[1] ?? "";
    const [, code, query, printed] = /--data-binary '([^']+)' '[^']*\/lang\/awk\?([^']*)'\n(.*)\n/.exec(PAGE) ?? [];

    expect(await (await postText(server, "awk", hello)).text()).toBe("Hello, world!\n");
    expect(await (await postText(server, "awk", String(code), query)).text()).toBe(`${printed}\n`);
  });

  test("has arguments, an exit code and the file and line of a mistake", async () => {
    const exits = { language: "awk", code: "BEGIN { print ARGV[1]; exit 3 }", args: ["--version"] };
    expect(await run(server, exits)).toMatchObject({ stdout: "--version\n", exitCode: 3 });
    const fails = await run(server, { language: "awk", code: "BEGIN {\n  print (\n}" });
    expect(fails).toMatchObject({ status: "runtime_error", stderr: expect.stringMatching(/main\.awk.*line [23]/) });
  });
});

test("a language that is missing is listed with what brings it, and refused with the same words", async () => {
  const { languages } = (await (await fetch(`${server.url}/v1/languages`)).json()) as { languages: Language[] };
  expect(languages.find(({ id }) => id === "nowhere")).toMatchObject({
    available: false,
    versions: [],
    install: "apt-get install no-where",
  });

  const answer = await post(server, { language: "nowhere", code: "no" });
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({
    code: "unknown_language",
    detail: "Nowhere is not installed on this server: apt-get install no-where",
  });
});

test("there is a page for every language", () => {
  const rows = [...PAGE.matchAll(/^\| `([a-z]+)` \| /gm)].map((row) => row[1]);
  expect(rows.filter((id) => LANGUAGES.some((language) => language.id === id))).toEqual(LANGUAGES.map(({ id }) => id));
});

test.each(VERSIONS)("%s %s runs beside the others", async (language, version, { hello }) => {
  const result = await execute(server, { language, version, code: hello });
  expect(result).toMatchObject({ version, status: "ok", run: { stdout: "Hello, world!\n", stderr: "" } });
});

test.for(OPTIONAL)("%s says hello", async (id, context) => {
  const language = LANGUAGES.find((one) => one.id === id);
  if (!language?.isAvailable) return context.skip(`${id} is not installed here: ${language?.install}`);
  const result = await execute(server, { language: id, code: language.hello });
  context.expect(result).toMatchObject({ status: "ok", run: { stdout: "Hello, world!\n", stderr: "" } });
});

test.each(SHAPES)("%s", async (_, request) => {
  const result = await execute(server, request);
  expect(result.compile?.stderr ?? "").toBe("");
  expect(result.run).toMatchObject({ status: "ok", stdout: "here", stderr: "" });
});

test("typescript: a trace names the line of the program", async () => {
  const code =
    "enum Word { No = 'no way' }\n\nfunction fail(word: Word): never {\n  throw new TypeError(word);\n}\nfail(Word.No);\n";
  const { stderr, exitCode } = await run(server, { language: "typescript", code });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^\/box\/main\.ts:4\n.*TypeError: no way\n {4}at fail \(\/box\/main\.ts:4:9\)\n/s);
  expect(stderr).not.toMatch(/warning/i);
});

test("go: a panic names the line of the program, a module that is not there the import", async () => {
  const panics = await run(server, { language: "go", code: 'package main\n\nfunc main() {\n\tpanic("no way")\n}\n' });
  expect(panics).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^panic: no way\n.*\/box\/main\.go:4/s) });
  const code = 'package main\n\nimport "example.com/far/away"\n\nfunc main() { away.Go() }\n';
  const lacks = await execute(server, { language: "go", code });
  expect(lacks).toMatchObject({
    status: "compile_error",
    compile: { stderr: expect.stringMatching(/^main\.go:3:8: /) },
  });
});

test("sql: the first mistake ends the script, and its line is told", async () => {
  const code = "SELECT 1;\nSELECT lost;\nSELECT 2;\n";
  expect(await run(server, { language: "sql", code })).toMatchObject({
    exitCode: 1,
    stdout: "1\n",
    stderr: expect.stringMatching(/line 2: no such column: lost/),
  });
});
