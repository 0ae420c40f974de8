import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";

type Shape = readonly [what: string, request: ExecutionRequest];

/** Files by path, the first is the main one. */
function files(contents: Readonly<Record<string, string>>): NonNullable<ExecutionRequest["files"]> {
  return Object.entries(contents).map(([path, content]) => ({ path, content }));
}

const TYPES =
  "export interface Word { text: string }\nexport enum End { Re = 're' }\nexport const start: Word = { text: 'he' };";

/** Programs in the shapes that people of each language are used to; each prints `here`. */
export const SHAPES: readonly Shape[] = [
  ...["./lib/types", "./lib/types.js", "./lib/types.ts"].map(
    (specifier): Shape => [
      `typescript: an import of ${specifier}, of a type too`,
      {
        language: "typescript",
        files: files({
          "main.ts": `import { End, Word, start } from "${specifier}";\nconst word: Word = start;\nprocess.stdout.write(word.text + End.Re);`,
          "lib/types.ts": TYPES,
        }),
      },
    ],
  ),
  [
    "typescript: enums, namespaces, parameter properties and decorators",
    {
      language: "ts",
      code: `
        enum Start { He = "he" }
        namespace Ends { export const re = "re"; }
        function bound(method: () => string, context: ClassMethodDecoratorContext) { return method; }
        class Word { constructor(private readonly end: string) {} @bound whole() { return Start.He + this.end; } }
        process.stdout.write(new Word(Ends.re).whole());`,
    },
  ],
  [
    "typescript: types are not checked",
    { language: "ts", code: 'const text: number = "here";\nprocess.stdout.write(text);' },
  ],
  [
    "typescript: as CommonJS",
    {
      language: "ts",
      files: files({
        "main.ts": `
          const { readFileSync } = require("node:fs");
          const { end } = require("./end");
          function main(): void { process.stdout.write(readFileSync(__dirname + "/start.txt", "utf8") + end); }
          if (require.main === module) main();`,
        "end.ts": "module.exports = { end: 're' };",
        "start.txt": "he",
      }),
    },
  ],
  [
    "typescript: await, import.meta and require at the top level",
    {
      language: "ts",
      code: `
        import { basename } from "path";
        const { promisify } = require("util");
        await promisify(setTimeout)(1);
        if (basename(import.meta.url) === basename(__filename)) process.stdout.write("here");
        export {};`,
    },
  ],
  [
    "typescript: a worker thread of the same file",
    {
      language: "ts",
      code: `
        import { isMainThread, parentPort, Worker } from "node:worker_threads";
        enum Word { Here = "here" }
        if (isMainThread) new Worker(__filename).on("message", (text: string) => process.stdout.write(text));
        else parentPort?.postMessage(Word.Here);`,
    },
  ],
  [
    "go: two files and a package below",
    {
      language: "go",
      files: files({
        "main.go": 'package main\n\nimport "main/words"\n\nfunc main() { say(words.Start) }\n',
        "say.go": 'package main\n\nimport "fmt"\n\nfunc say(start string) { fmt.Print(start, "re") }\n',
        "words/words.go": 'package words\n\nconst Start = "he"\n',
      }),
    },
  ],
  [
    "go: a module of its own, with a command and an embedded file",
    {
      language: "go",
      files: files({
        "cmd/say/main.go":
          'package main\n\nimport (\n\t_ "embed"\n\t"fmt"\n\n\t"example.com/app/words"\n)\n\n//go:embed end.txt\nvar end string\n\nfunc main() { fmt.Print(words.Start, end) }\n',
        "cmd/say/end.txt": "re",
        "words/words.go": 'package words\n\nconst Start = "he"\n',
        "go.mod": "module example.com/app\n\ngo 1.19\n",
      }),
    },
  ],
  [
    "rust: modules in files and folders",
    {
      language: "rust",
      files: files({
        "main.rs": 'mod start;\nmod words;\n\nfn main() {\n    print!("{}{}", start::START, words::end::END);\n}\n',
        "start.rs": 'pub const START: &str = "he";\n',
        "words/mod.rs": "pub mod end;\n",
        "words/end.rs": 'pub const END: &str = "re";\n',
      }),
    },
  ],
  [
    "cpp: two files and a header, of C++20",
    {
      language: "cpp",
      files: files({
        "main.cpp":
          '#include "lib/word.hpp"\n#include <iostream>\nint main() { std::cout << whole(std::span(START)) << "re"; }\n',
        "lib/word.hpp":
          "#pragma once\n#include <span>\n#include <string>\nconstexpr char START[] = {'h', 'e'};\nstd::string whole(std::span<const char>);\n",
        "lib/word.cc":
          '#include "word.hpp"\nstd::string whole(std::span<const char> start) { return {start.begin(), start.end()}; }\n',
      }),
    },
  ],
  [
    "php: texts of several bytes, and an included file",
    {
      language: "php",
      files: files({
        "main.php": "<?php require 'start.php'; if (mb_strlen('é') === 1 && ctype_alpha(START)) echo START, 're';",
        "start.php": "<?php const START = 'he';",
      }),
    },
  ],
  [
    "perl: a module beside the program",
    {
      language: "perl",
      files: files({
        "main.pl": "use strict; use warnings; use Words; print Words::start(), 're';",
        "Words.pm": "package Words; sub start { 'he' } 1;",
      }),
    },
  ],
  [
    "sql: rows of a table",
    {
      language: "sql",
      code: ".mode list\n.separator '' ''\nCREATE TABLE t (a, b); INSERT INTO t VALUES ('he', 're'); SELECT * FROM t;",
    },
  ],
];
