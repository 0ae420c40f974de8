import type { Example } from "./openapi.ts";

/** Requests that any server answers as it says, as long as it has the language. */
export const examples = {
  hello: {
    summary: "one text",
    value: { language: "python", code: "print('Hello, world!')" },
  },
  input: {
    summary: "input, arguments and limits",
    value: {
      language: "python",
      version: "3",
      code: "import sys\nprint(input(), sys.argv[1:])",
      stdin: "from stdin\n",
      args: ["first", "second one"],
      env: { LANG: "C.UTF-8" },
      limits: { cpuMs: 500, memoryBytes: 134_217_728 },
    },
  },
  files: {
    summary: "several files, one of them binary",
    value: {
      language: "python",
      files: [
        { path: "main.py", content: "from lib.greet import greet\ngreet(open('name.bin', 'rb').read())" },
        { path: "lib/greet.py", content: "def greet(name):\n    print('Hello,', name.decode())" },
        { path: "name.bin", content: "d29ybGQ=", encoding: "base64" },
      ],
    },
  },
  compiled: {
    summary: "a compiler and its arguments",
    value: {
      language: "c",
      code: '#include <stdio.h>\nint main(void) { puts("Hello, world!"); }',
      compileArgs: ["-O2"],
      compileLimits: { wallMs: 10_000 },
    },
  },
} as const satisfies Readonly<Record<string, Example>>;
