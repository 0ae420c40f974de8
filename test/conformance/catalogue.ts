import { expect } from "vitest";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import type { ExecutionResponse, RunResponse } from "../../src/protocol/execution-response.ts";
import type { Program } from "./read-programs.ts";

/** Parts of an execution's answer; a value may be one of Vitest's asymmetric matchers. */
type Answer = { readonly [Field in keyof ExecutionResponse]?: unknown };

/** One request, and what it must get. */
export interface Try {
  /** Names it among the tries of its case. */
  readonly name?: string;
  /** Sent beside the program. */
  readonly send?: Pick<ExecutionRequest, "stdin" | "args" | "env" | "limits">;
  readonly get: Answer | ((program: Program) => Answer);
  /** It is sent a second time, and has to print something else. */
  readonly differsNextTime?: boolean;
}

/** Something that a program of every language can do. */
export interface Case {
  /** Also the name of its program in each language's folder. */
  readonly name: string;
  /** What the program does and what a client has to see. */
  readonly what: string;
  readonly tries: readonly Try[];
}

const MIB = 1024 ** 2;
/** For programs that have to come to another limit than that of time. */
const AMPLE_TIME = { cpuMs: 20_000, wallMs: 30_000 };

function prints(stdout: unknown, run: Partial<Record<keyof RunResponse, unknown>> = {}): Answer {
  return { status: "ok", run: { status: "ok", exitCode: 0, stdout, stderr: "", stdoutTruncated: false, ...run } };
}

function fails(run: Partial<Record<keyof RunResponse, unknown>>): Answer {
  return { status: "runtime_error", run: { status: "runtime_error", ...run } };
}

function copies(name: string, stdin: string, limits: ExecutionRequest["limits"] = {}): Try {
  // A long text would make an unreadable failure.
  const copy = stdin.length < 1_000 ? stdin : expect.toSatisfy((stdout) => stdout === stdin, "the same text");
  return { name, send: { stdin, limits }, get: prints(copy) };
}

const FIVE_MB = "0123456789 blåbær ✓ 😀\n".repeat(200_000);
const FIVE_MB_BYTES = Buffer.byteLength(FIVE_MB);

function numberLines(lines: readonly string[]): string {
  return lines.map((line, index) => `${index + 1}: ${line}\n`).join("");
}

const MANY_LINES = Array.from({ length: 20_000 }, (_, index) => String(index * 7));
const AWKWARD_ARGS = ["two words", `"double" 'single'`, "ünï ✓ 😀", "", "*", "$HOME `id` \\n", "-v", "--", "a\nb"];

const FLOOD_BYTES = 100_000;
const FLOOD_HEAD = Array.from({ length: FLOOD_BYTES }, (_, index) => `${index + 1}\n`)
  .join("")
  .slice(0, FLOOD_BYTES);

const isAboutNow = (seconds: number) => Math.abs(Date.now() / 1_000 - seconds) < 60;

/** The table: what is sent to every language's programs, and what each must get. */
export const CATALOGUE: readonly Case[] = [
  {
    name: "hello",
    what: "a text with umlauts, a check mark and an emoji, printed from the source",
    tries: [{ get: prints("Hello, wörld ✓ 😀\n") }],
  },
  {
    name: "copies-stdin",
    what: "standard input arrives byte for byte: UTF-8, no final newline, nothing, control characters, 5 MB; and output of exactly `outputBytes` is whole",
    tries: [
      copies("UTF-8", "blåbær\n日本語 ✓ 😀\n"),
      copies("no final newline", "first\nlast"),
      copies("nothing", ""),
      copies("line ends of Windows, tabs and a NUL", "a\r\nb\tc\0d\n\n\n"),
      copies("5 MB, exactly as much as may be printed", FIVE_MB, { outputBytes: FIVE_MB_BYTES }),
    ],
  },
  {
    name: "numbers-lines",
    what: "standard input is read line by line: empty lines, a last one without its newline, 20,000 of them, none",
    tries: [
      { name: "few", send: { stdin: "one\n\nthree ü\nlast" }, get: prints("1: one\n2: \n3: three ü\n4: last\n") },
      { name: "none", send: { stdin: "" }, get: prints("") },
      {
        name: "20,000",
        send: { stdin: MANY_LINES.map((line) => `${line}\n`).join("") },
        get: prints(expect.toSatisfy((stdout) => stdout === numberLines(MANY_LINES), "all lines in order")),
      },
    ],
  },
  {
    name: "counts-characters",
    what: "the locale is UTF-8: a line of 17 bytes has 10 characters",
    tries: [{ send: { stdin: "blåbær ✓ 😀\n" }, get: prints("10\n") }],
  },
  {
    name: "prints-args",
    what: "arguments arrive as they were sent: spaces, quotes, Unicode, an empty one, what a shell or an interpreter would take for itself; or none",
    tries: [
      { name: "awkward", send: { args: AWKWARD_ARGS }, get: prints(AWKWARD_ARGS.map((arg) => `[${arg}]\n`).join("")) },
      { name: "none", get: prints("") },
    ],
  },
  {
    name: "prints-env",
    what: "environment variables arrive, an empty one too",
    tries: [
      {
        send: { env: { GREETING: `hej på "dig" $HOME ✓`, EMPTY: "" } },
        get: prints(`[hej på "dig" $HOME ✓]\n[]\n`),
      },
    ],
  },
  {
    name: "exits-3",
    what: "exit code 3 is a `runtime_error`; what was printed to both outputs before is kept",
    tries: [{ get: fails({ exitCode: 3, stdout: "before\n", stderr: "to stderr\n", message: "exit code 3" }) }],
  },
  {
    name: "fails",
    what: "an error that nobody catches: `runtime_error`, and standard error has its message, file and line",
    tries: [
      {
        get: ({ place }) => {
          const says = (stderr: string) => stderr.includes("no way") && place.test(stderr);
          return fails({ stdout: "", stderr: expect.toSatisfy(says, `"no way" and ${place}`) });
        },
      },
    ],
  },
  {
    name: "does-not-compile",
    what: "a program that is wrong: `compile_error` with a compiler, else `runtime_error`; file and line are named and nothing is run",
    tries: [
      {
        get: (program) => {
          const run = { status: "runtime_error", stdout: "", stderr: expect.stringMatching(program.place) };
          return program.language.isCompiled
            ? { status: "compile_error", compile: run, run: null }
            : { status: "runtime_error", compile: null, run };
        },
      },
    ],
  },
  {
    name: "loops-forever",
    what: "an endless loop is stopped at `cpuMs`; what was printed before is kept",
    tries: [
      {
        send: { limits: { cpuMs: 400 } },
        get: {
          status: "time_limit_exceeded",
          run: {
            signal: "SIGKILL",
            stdout: "started\n",
            message: "more than 400 ms of cpu time (cpuMs)",
            cpuMs: expect.toSatisfy((cpuMs) => cpuMs >= 400 && cpuMs < 800, "400 to 800"),
          },
        },
      },
    ],
  },
  {
    name: "takes-memory",
    what: "memory without end: `memory_limit_exceeded` at the language's default limit",
    tries: [{ send: { limits: AMPLE_TIME }, get: { status: "memory_limit_exceeded", run: { signal: "SIGKILL" } } }],
  },
  {
    name: "holds-memory",
    what: "32 MiB are the program's to use, and are counted",
    tries: [
      {
        get: prints("held\n", {
          memoryBytes: expect.toSatisfy((bytes) => bytes > 32 * MIB && bytes < 192 * MIB, "32 to 192 MiB"),
        }),
      },
    ],
  },
  {
    name: "recurses-forever",
    what: "recursion without end is the language's own error, and says what it is",
    tries: [
      {
        // Where nothing bounds recursion, processor time does.
        get: fails({ signal: null, stderr: expect.stringMatching(/recursion|stack/i) }),
      },
    ],
  },
  {
    name: "floods-output",
    what: "output without end is stopped at `outputBytes`; its head is kept to the byte",
    tries: [
      {
        send: { limits: { ...AMPLE_TIME, outputBytes: FLOOD_BYTES } },
        get: {
          status: "output_limit_exceeded",
          run: {
            signal: "SIGKILL",
            stdout: expect.toSatisfy((stdout) => stdout === FLOOD_HEAD, "the head"),
            stdoutTruncated: true,
            message: `more than ${FLOOD_BYTES} bytes of output (outputBytes)`,
          },
        },
      },
    ],
  },
  {
    name: "binary-output",
    what: "all 256 bytes; what is not UTF-8 comes as base64",
    tries: [
      {
        get: prints(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString("base64"), {
          stdoutEncoding: "base64",
        }),
      },
    ],
  },
  {
    name: "imports",
    what: "several files: the main one uses another, in a folder where the language has such",
    tries: [{ get: prints("49\n") }],
  },
  {
    name: "threads",
    what: "four threads, or processes where a language has no threads, work and are waited for",
    tries: [{ get: prints("5005000\n") }],
  },
  {
    name: "processes",
    what: "a child process gets a text and gives it back",
    tries: [{ get: prints("through a child\n") }],
  },
  {
    name: "missing-file",
    what: "a file that is not there is an error that the program can catch",
    tries: [{ get: prints("caught\n") }],
  },
  {
    name: "writes-files",
    what: "the current directory and the temporary directory can be written and read back",
    tries: [{ get: prints("blåbær\ntemporary\n") }],
  },
  {
    name: "sleeps",
    what: "400 ms of sleep are wall time, not cpu time",
    tries: [
      {
        get: prints("slept\n", {
          wallMs: expect.toSatisfy((wallMs) => wallMs >= 400 && wallMs < 15_000, "400 to 15,000"),
          cpuMs: expect.toSatisfy((cpuMs) => cpuMs < 350, "below 350"),
        }),
      },
    ],
  },
  {
    name: "local-time",
    what: "local time is UTC, and the clock is right",
    tries: [
      {
        get: prints(
          expect.toSatisfy((stdout) => {
            const [, seconds] = /^1970-01-01 00:00:00\n(\d+)\n$/.exec(stdout) ?? [];
            return seconds !== undefined && isAboutNow(Number(seconds));
          }, "the start of 1970, and the seconds since"),
        ),
      },
    ],
  },
  {
    name: "random",
    what: "the language's random numbers are others in the next run",
    tries: [{ get: prints(expect.stringMatching(/^-?\d[\d.e-]*\n$/)), differsNextTime: true }],
  },
];
