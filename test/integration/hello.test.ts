import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import { execute, postText, run } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

const utf8 = (text: string) => Buffer.from(text).toString("base64");

/** One program of each language, for each thing that all of them can do. */
const PROGRAMS = {
  python: {
    hello: "print('Hello, wörld ✓')",
    echo: [
      "import os, sys",
      "print(sys.argv[1:])",
      "print(os.environ['COLOUR'])",
      "sys.stdout.write(sys.stdin.read().upper())",
      "sys.stderr.write('to stderr')",
      "sys.exit(3)",
    ].join("\n"),
    echoes: "['one', 'two words', 'ü']\nblå\nÆØÅ 1\nÆØÅ 2",
    binary: "import os; os.write(1, bytes([0, 255, 254, 10]))",
    crash: "def f():\n    return 1 / 0\nf()\n",
    trace:
      /^Traceback \(most recent call last\):\n {2}File "\/box\/main\.py", line 3, in <module>[\s\S]*line 2, in f[\s\S]*ZeroDivisionError: division by zero\n$/,
  },
  javascript: {
    hello: "console.log('Hello, wörld ✓')",
    echo: [
      "console.log(JSON.stringify(process.argv.slice(2)));",
      "console.log(process.env.COLOUR);",
      "process.stdout.write(require('node:fs').readFileSync(0, 'utf8').toUpperCase());",
      "process.stderr.write('to stderr');",
      "process.exitCode = 3;",
    ].join("\n"),
    echoes: '["one","two words","ü"]\nblå\nÆØÅ 1\nÆØÅ 2',
    binary: "process.stdout.write(Buffer.from([0, 255, 254, 10]))",
    crash: "function f() {\n  throw new TypeError('no way');\n}\nf();\n",
    trace:
      /^\/box\/main\.js:2\n[\s\S]*TypeError: no way\n {4}at f \(\/box\/main\.js:2:9\)\n {4}at Object\.<anonymous> \(\/box\/main\.js:4:1\)/,
  },
  c: {
    hello: '#include <stdio.h>\nint main(void) { puts("Hello, wörld ✓"); }',
    echo: [
      "#include <stdio.h>",
      "#include <stdlib.h>",
      "int main(int argc, char **argv) {",
      '  for (int i = 1; i < argc; i++) printf("%s%s", argv[i], i + 1 < argc ? "," : "\\n");',
      '  puts(getenv("COLOUR"));',
      "  for (int c; (c = getchar()) != EOF;) putchar(c);",
      '  fputs("to stderr", stderr);',
      "  return 3;",
      "}",
    ].join("\n"),
    echoes: "one,two words,ü\nblå\næøå 1\næøå 2",
    binary: "#include <unistd.h>\nint main(void) { return write(1, (char[]){0, 255, 254, 10}, 4) != 4; }",
    crash: '#include <assert.h>\nint main(void) {\n  assert(1 + 1 == 3 && "no way");\n}',
    trace: /main\.c:3: main: Assertion `1 \+ 1 == 3 && "no way"' failed\.\n$/,
  },
  java: {
    hello: 'public class Main { public static void main(String[] a) { System.out.println("Hello, wörld ✓"); } }',
    echo: [
      "public class Main {",
      "  public static void main(String[] args) throws Exception {",
      '    System.out.println(String.join(",", args));',
      '    System.out.println(System.getenv("COLOUR"));',
      "    System.out.print(new String(System.in.readAllBytes()).toUpperCase());",
      '    System.err.print("to stderr");',
      "    System.exit(3);",
      "  }",
      "}",
    ].join("\n"),
    echoes: "one,two words,ü\nblå\nÆØÅ 1\nÆØÅ 2",
    binary:
      "class Main { public static void main(String[] a) { System.out.write(new byte[] {0, -1, -2, 10}, 0, 4); System.out.flush(); } }",
    crash:
      'class Main {\n  public static void main(String[] a) {\n    throw new IllegalStateException("no way");\n  }\n}',
    trace: /^Exception in thread "main" java\.lang\.IllegalStateException: no way\n\tat Main\.main\(Main\.java:3\)\n$/,
  },
} as const;

describe.each(Object.entries(PROGRAMS))("%s", (language, programs) => {
  test("the text route answers what was printed, and how it went in headers", async () => {
    const answer = await postText(server, language, programs.hello);

    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("Hello, wörld ✓\n");
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "millrace-status": "ok",
      "millrace-exit-code": "0",
      "millrace-warm": "false",
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

const JAVA_BODY = 'static void main(String[] a) { System.out.print("here"); }';
const SECOND_FILES: readonly (readonly [string, ExecutionRequest])[] = [
  ["java: a public class of any name", { language: "java", code: `public class Würfel { public ${JAVA_BODY} }` }],
  ["java: a class that is not public", { language: "java", code: `class Hidden { public ${JAVA_BODY} }` }],
  [
    "java: a package",
    { language: "java", code: `package org.example.deep;\npublic final class App { public ${JAVA_BODY} }` },
  ],
  [
    "java: a comment that speaks of another class",
    {
      language: "java",
      code: `// public class Wrong {}\n/* public class Bad */\npublic class Right { public ${JAVA_BODY} }`,
    },
  ],
  [
    "java: main stands in the second class",
    { language: "java", code: `class Pair { int a; }\nclass Runner { public ${JAVA_BODY} }` },
  ],
  [
    "java: two files",
    {
      language: "java",
      files: [
        {
          path: "Main.java",
          content: "public class Main { public static void main(String[] a) { System.out.print(lib.Texts.HERE); } }",
        },
        {
          path: "lib/Texts.java",
          content: 'package lib; public class Texts { public static final String HERE = "here"; }',
        },
      ],
    },
  ],
  [
    "c: two files and a header",
    {
      language: "c",
      files: [
        { path: "main.c", content: '#include "lib/say.h"\nint main(void) { say("here"); }' },
        {
          path: "lib/say.c",
          content: '#include "say.h"\n#include <stdio.h>\nvoid say(const char *text) { fputs(text, stdout); }',
        },
        { path: "lib/say.h", content: "void say(const char *text);" },
      ],
    },
  ],
  [
    "c: arguments of the compiler, and the mathematical library",
    {
      language: "c",
      code: "#include <math.h>\n#include <stdio.h>\nint main(int argc, char **argv) { if (floor(sqrt(16.5 + argc)) == 4) fputs(TEXT, stdout); }",
      compileArgs: ['-DTEXT="here"'],
    },
  ],
  [
    "c: a data file is there when the program runs",
    {
      language: "c",
      files: [
        {
          path: "main.c",
          content:
            '#include <stdio.h>\nint main(void) { char t[9]; fputs(fgets(t, 9, fopen("data/in.txt", "r")), stdout); }',
        },
        { path: "data/in.txt", content: "here" },
      ],
    },
  ],
  [
    "python: a second file is a module, another one of a package",
    {
      language: "python",
      files: [
        { path: "main.py", content: "import second\nfrom pack.third import end\nprint(second.START + end(), end='')" },
        { path: "second.py", content: "START = 'he'" },
        { path: "pack/third.py", content: "def end(): return 're'" },
      ],
    },
  ],
  [
    "javascript: a second file is a module",
    {
      language: "javascript",
      files: [
        {
          path: "main.mjs",
          content:
            "import { start } from './lib/second.mjs';\nimport { readFileSync } from 'node:fs';\nprocess.stdout.write(start + readFileSync('end.txt', 'utf8'));",
        },
        { path: "lib/second.mjs", content: "export const start = 'he';" },
        { path: "end.txt", content: "re" },
      ],
    },
  ],
  [
    "javascript: require of a second file",
    {
      language: "js",
      files: [
        { path: "main.js", content: "process.stdout.write(require('./second.js').here);" },
        { path: "second.js", content: "exports.here = 'here';" },
      ],
    },
  ],
];

test.each(SECOND_FILES)("%s", async (_, request) => {
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

test("GET /v1/languages has programs that run as they are", async () => {
  const { languages } = (await (await fetch(`${server.url}/v1/languages`)).json()) as {
    languages: { id: string; hello: string; available: boolean }[];
  };
  expect(languages.filter(({ available }) => available).map(({ id }) => id)).toEqual([
    "c",
    "java",
    "javascript",
    "python",
  ]);
  for (const { id, hello } of languages) {
    expect(await (await postText(server, id, hello)).text()).toBe("Hello, world!\n");
  }
});
