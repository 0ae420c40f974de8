import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findOrdinaryUser } from "../hosts/ordinary-user.ts";
import { execute, postText, run } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { PROGRAMS, SHAPES } from "./hello-programs.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

const utf8 = (text: string) => Buffer.from(text).toString("base64");

describe.each(Object.entries(PROGRAMS))("%s", (language, programs) => {
  test("the text route answers what was printed, and how it went in headers", async () => {
    const answer = await postText(server, language, programs.hello);

    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("Hello, wörld ✓\n");
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "millrace-status": "ok",
      "millrace-exit-code": "0",
      "millrace-warm": expect.stringMatching(/^(true|false)$/),
      "millrace-isolation": "full",
      "x-content-type-options": "nosniff",
    });
    expect(answer.headers.has("millrace-signal")).toBe(false);
    expect(answer.headers.get("millrace-cpu-ms")).toMatch(/^\d+(\.\d{1,3})?$/);
    expect(answer.headers.get("millrace-wall-ms")).toMatch(/^\d+(\.\d{1,3})?$/);
    expect(Number(answer.headers.get("millrace-memory-bytes"))).toBeGreaterThan(100_000);
  });

  const everything = { args: ["one", "two words", "ü"], env: { COLOUR: "blå" }, stdin: "æøå 1\næøå 2" };

  test("stdin, arguments, environment, both outputs and the exit code", async () => {
    const result = await execute(server, { language, code: programs.echo, ...everything });

    expect(result).toMatchObject({
      state: "done",
      status: "runtime_error",
      language,
      tests: null,
      files: [],
      run: {
        status: "runtime_error",
        exitCode: 3,
        signal: null,
        stdout: programs.echoes,
        stderr: "to stderr",
        stdoutEncoding: "utf8",
        stderrEncoding: "utf8",
        stdoutTruncated: false,
        stderrTruncated: false,
        cached: false,
        warm: false,
        message: "exit code 3",
      },
    });
    expect(result.id).toMatch(/^exe_[0-9a-f]{32}$/);
    expect(result.node).toMatch(/^node_[0-9a-f]{32}$/);
    expect(result.totalMs).toBeGreaterThan(result.queuedMs);
    expect(result.compile === null).toBe(language === "python" || language === "javascript");
  });

  test("output that is not UTF-8 comes as base64 and says so; as text it is the bytes themselves", async () => {
    const bytes = Buffer.from([0, 255, 254, 10]);
    const [{ stdout, stdoutEncoding }, answer] = await Promise.all([
      run(server, { language, code: programs.binary }),
      postText(server, language, programs.binary),
    ]);

    expect({ stdout, stdoutEncoding }).toEqual({ stdout: bytes.toString("base64"), stdoutEncoding: "base64" });
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
  });

  test("an uncaught failure is a runtime_error with its trace on stderr", async () => {
    const answer = await postText(server, language, programs.crash);

    expect(answer.status).toBe(200);
    expect(answer.headers.get("millrace-status")).toBe("runtime_error");
    expect(await answer.text()).toMatch(programs.trace);
  });

  test("the program sent as a file in base64 is the same program", async () => {
    const path = { python: "main.py", javascript: "main.js", c: "main.c", java: "Main.java" }[language] ?? "";
    const files = [{ path, content: utf8(programs.hello), encoding: "base64" as const }];
    expect(await run(server, { language, files })).toMatchObject({ status: "ok", stdout: "Hello, wörld ✓\n" });
  });
});

test("a signal is named, and stands in place of the exit code", async () => {
  const answer = await postText(server, "python", "import os; print('x', flush=True); os.abort()");

  expect(await answer.text()).toBe("x\n");
  expect(answer.headers.get("millrace-status")).toBe("runtime_error");
  expect(answer.headers.get("millrace-signal")).toBe("SIGABRT");
  expect(answer.headers.has("millrace-exit-code")).toBe(false);
});

test("the text route takes stdin and arguments from its query", async () => {
  const code = "import sys; print(sys.argv[1:], sys.stdin.read())";
  const answer = await postText(server, "py", code, "stdin=%C3%BC+1&arg=-v&arg=a%26b");
  expect(await answer.text()).toBe("['-v', 'a&b'] ü 1\n");
});

test("a stopped run: stdout, then stderr, then a line that says what stopped it", async () => {
  const code = [
    "import os, sys",
    "os.write(2, b'from stderr\\n')",
    "sys.stdout.write('x' * 300)",
    "sys.stdout.flush()",
    "while True: os.write(1, b'y' * 4096)",
  ].join("\n");
  const answer = await postText(server, "python", code);
  expect(answer.headers.get("millrace-status")).toBe("output_limit_exceeded");
  expect(answer.headers.get("millrace-signal")).toBe("SIGKILL");
  expect(await answer.text()).toMatch(
    /^x{300}y+from stderr\nmillrace: output_limit_exceeded: more than 1048576 bytes of output \(outputBytes\)\n$/,
  );
});

test.each([
  [
    "c",
    "int main(void) {\n  return undeclared;\n}\n",
    /^main\.c:2:10: error: 'undeclared' undeclared|main\.c:2:10: error: ‘undeclared’/m,
  ],
  ["java", 'public class Main {\n  int x = "text";\n}\n', /^Main\.java:2: error: incompatible types/m],
])("%s: a compile error has file and line, and nothing is run", async (language, code, message) => {
  const [result, answer] = await Promise.all([execute(server, { language, code }), postText(server, language, code)]);

  expect(result).toMatchObject({
    status: "compile_error",
    run: null,
    compile: { status: "runtime_error", exitCode: 1 },
  });
  expect(`${result.compile?.stdout}${result.compile?.stderr}`).toMatch(message);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("millrace-status")).toBe("compile_error");
  expect(await answer.text()).toMatch(message);
});

test.each(SHAPES)("%s", async (_, request) => {
  const result = await execute(server, request);
  expect(result.compile?.stderr ?? "").toBe("");
  expect(result.run).toMatchObject({ status: "ok", exitCode: 0, stdout: "here", stderr: "" });
});

test.each([
  ["python", ">=3.11", /^3\.(1[1-9]|[2-9]\d)/],
  ["javascript", ">=22.18", /^(22\.(1[89]|[2-9]\d)|2[3-9]|[3-9]\d)\./],
])("%s %s is a version of that range", async (language, version, expected) => {
  const { hello } = PROGRAMS[language as "python"];
  expect((await execute(server, { language, version, code: hello })).version).toMatch(expected);
});

/** What set-up brings to a host. */
const LANGUAGES = "bash c cpp go java javascript lua perl php python ruby rust sql typescript".split(" ");

test("GET /v1/languages has programs that run as they are", async () => {
  const { languages } = (await (await fetch(`${server.url}/v1/languages`)).json()) as {
    languages: { id: string; hello: string; available: boolean }[];
  };
  const here = languages.filter(({ available }) => available);
  // A toolchain that lies in root's home is not for others.
  const needed = findOrdinaryUser() === null ? LANGUAGES : ["bash", "c", "python"];
  expect(here.map(({ id }) => id)).toEqual(expect.arrayContaining(needed));
  for (const { id, hello } of here) {
    expect(await (await postText(server, id, hello)).text(), id).toBe("Hello, world!\n");
  }
});
