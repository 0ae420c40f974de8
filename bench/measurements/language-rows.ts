import { join } from "node:path";

/** A program and its arguments. */
type Command = readonly string[];

/** A language of the table: what is sent, what it is compared with, and what the one may be of the other at most. */
export interface LanguageRow {
  readonly language: string;
  /** What is added to its hello so that each run has a source of its own; {@link STAMP} in it becomes another number each time. */
  readonly stamp: string;
  /** Another program than the language's hello, that prints the same. */
  readonly program?: string;
  /** The commands a person would type, one after the other, `file` being the program's name. */
  readonly bare: (toolchain: Bare) => readonly [Command, ...Command[]];
  readonly env?: Readonly<Record<string, string>>;
  /** By the bare command's time. */
  readonly most: number;
  /** The same where the program has been compiled before; absent for a language without a compiler. */
  readonly mostCached?: number;
}

/** A toolchain by its paths on this host, and the program. */
export interface Bare {
  readonly executable: string;
  readonly home: string;
  readonly file: string;
}

/** See native/answers.h. */
const STAMP = "@@@@@@@@@@@@@@@@";

/** How an interpreter is started. */
const interpreted: LanguageRow["bare"] = ({ executable, file }) => [[executable, file]];

/** How a compiler is, and then what it made. */
function compiled(...options: readonly string[]): LanguageRow["bare"] {
  return ({ executable, file }) => [[executable, ...options, "-o", "hello", file], ["./hello"]];
}

const CPP_PROGRAM = `#include <bits/stdc++.h>

int main() { std::cout << "Hello, world!\\n"; }
`;

/** The ratios are targets of the project, from the floors that were measured before any of it was built. */
export const LANGUAGE_ROWS: readonly LanguageRow[] = [
  { language: "python", stamp: `# ${STAMP}`, bare: interpreted, most: 0.5 },
  { language: "javascript", stamp: `// ${STAMP}`, bare: interpreted, most: 0.5 },
  { language: "typescript", stamp: `console.assert("${STAMP}" !== "");`, bare: interpreted, most: 0.3 },
  { language: "ruby", stamp: `# ${STAMP}`, bare: interpreted, most: 0.2 },
  { language: "php", stamp: `// ${STAMP}`, bare: interpreted, most: 0.5 },
  { language: "perl", stamp: `# ${STAMP}`, bare: interpreted, most: 1.5 },
  { language: "bash", stamp: `# ${STAMP}`, bare: interpreted, most: 1.5 },
  { language: "lua", stamp: `-- ${STAMP}`, bare: interpreted, most: 1.5 },
  {
    language: "java",
    stamp: `// ${STAMP}`,
    bare: ({ home, file }) => [[join(home, "bin/java"), file]],
    most: 0.25,
  },
  { language: "c", stamp: `const char *stamp = "${STAMP}";`, bare: compiled("-O2"), most: 1.2, mostCached: 0.15 },
  {
    language: "cpp",
    stamp: `const char *stamp = "${STAMP}";`,
    program: CPP_PROGRAM,
    bare: compiled("-O2"),
    most: 0.4,
    mostCached: 0.01,
  },
  {
    language: "go",
    stamp: `var stamp = "${STAMP}"`,
    bare: ({ executable, file }) => [[executable, "build", "-o", "hello", file], ["./hello"]],
    // The cache of whoever builds Go programs every day, beside what is compiled for the benchmark.
    env: { GOCACHE: join(import.meta.dirname, "../build/go-cache") },
    most: 1.2,
    mostCached: 0.15,
  },
  {
    language: "rust",
    stamp: `pub static STAMP: &str = "${STAMP}";`,
    bare: compiled("--edition=2021", "-Copt-level=2"),
    most: 1.2,
    mostCached: 0.15,
  },
];
