import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";

/** One program of each language, for each thing that all of them can do. */
export const PROGRAMS = {
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

const JAVA_BODY = 'static void main(String[] a) { System.out.print("here"); }';
/** Programs of every shape; each prints `here`. */
export const SHAPES: readonly (readonly [string, ExecutionRequest])[] = [
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
