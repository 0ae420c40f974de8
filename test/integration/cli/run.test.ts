import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../scripts/free-port.ts";
import { type CliOptions, millrace, startMillrace } from "../../support/cli.ts";
import { listProcesses } from "../../support/processes.ts";
import { type RunningServer, startServer } from "../../support/server.ts";
import { eventually } from "../../support/until.ts";

const PROGRAMS: Readonly<Record<string, string>> = {
  "echo.py": "import sys\nprint(sys.argv[1:], repr(sys.stdin.read()))",
  "exit3.py": "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(3)",
  "bytes.py": "import sys\nsys.stdout.buffer.write(bytes(range(256)))\nsys.stderr.buffer.write(b'\\xff')",
  "spins.py": "while True: pass",
  "floods.py": "print('x' * 10_000)",
  "hogs.py": "print('before', end='', file=__import__('sys').stderr, flush=True)\nx = bytearray(500_000_000)",
  "sleeps.py": "import time\nprint('started', flush=True)\ntime.sleep(60)",
  "env.py": "import os\nprint(os.environ['A'], os.environ['B'])",
  "main.py": "from lib.words import word\nprint(word)",
  "crash.c": "#include <stdlib.h>\nint main(void) { abort(); }",
  "broken.c": "int main(void) { return nothing; }",
  "checks.c": "#ifndef CHECKED\n#error unchecked\n#endif\nint main(void) { return 0; }",
  "Greeting.java": 'public class Greeting { public static void main(String[] a) { System.out.println("hi"); } }',
  program: "print('no ending')",
  "input.txt": "from a file\n",
  "latin1.txt": "",
  "elsewhere.txt": "some text",
};

let folder: string;
let server: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-cli-"));
  for (const [name, content] of Object.entries(PROGRAMS)) await writeFile(join(folder, name), content);
  await writeFile(join(folder, "latin1.txt"), Buffer.from([0xe9]));
  await mkdir(join(folder, "lib"));
  await writeFile(join(folder, "lib/words.py"), "word = 'word'");
  server = await startServer({ slots: 2 });
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

describe.each(["here", "on a server"])("%s", (where) => {
  function run(args: readonly string[], options: CliOptions = {}) {
    const env = { ...options.env, ...(where === "on a server" && { MILLRACE_URL: server.url }) };
    return millrace(["run", ...args], { cwd: folder, ...options, env });
  }

  test("a program ends well", async () => {
    expect(await run(["echo.py"])).toEqual({ status: 0, stdout: "[] ''\n", stderr: "" });
  });

  test("its exit status and both its outputs are the command's", async () => {
    expect(await run(["exit3.py"])).toEqual({ status: 3, stdout: "out\n", stderr: "err\n" });
  });

  test("arguments arrive as they are, after -- those that look like ours too", async () => {
    const { stdout } = await run(["echo.py", "two words", "", 'q"uote', "--", "--url", "-v", "--"]);
    expect(stdout).toBe(`['two words', '', 'q"uote', '--url', '-v', '--'] ''\n`);
  });

  test("standard input comes from a pipe, by itself or when it is asked for, or from a file", async () => {
    expect((await run(["echo.py"], { stdin: "piped\n" })).stdout).toBe("[] 'piped\\n'\n");
    expect((await run(["echo.py", "--stdin", "-"], { stdin: "piped" })).stdout).toBe("[] 'piped'\n");
    expect((await run(["--stdin", "input.txt", "echo.py"], { stdin: "piped" })).stdout).toBe("[] 'from a file\\n'\n");
  });

  test("output is bytes, whatever they mean", async () => {
    const { stdout, stderr } = await run(["bytes.py"]);
    expect([...Buffer.from(stdout, "latin1")]).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
    expect(stderr).toBe("\xff");
  });

  test("a signal is 128 and its number", async () => {
    const { status, stderr } = await run(["crash.c"]);
    expect(status).toBe(128 + 6);
    expect(stderr).toContain("millrace: runtime_error: ended by SIGABRT\n");
  });

  test("a program that does not compile", async () => {
    const { status, stdout, stderr } = await run(["broken.c"]);
    expect({ status, stdout }).toEqual({ status: 121, stdout: "" });
    expect(stderr).toMatch(/broken\.c:1:\d+: error: .*nothing/);
    expect(stderr).toMatch(/\nmillrace: compile_error: exit code 1\n$/);
  });

  test.each<[string, string[], number, RegExp]>([
    ["time", ["spins.py", "--cpu-ms", "200"], 124, /^millrace: time_limit_exceeded: more than 200 ms of cpu time/],
    ["memory", ["hogs.py"], 122, /^before\nmillrace: memory_limit_exceeded: more than 268435456 bytes/],
    ["output", ["floods.py", "--output-bytes", "5"], 123, /^millrace: output_limit_exceeded: more than 5 bytes/],
  ])("more %s than allowed", async (_what, args, expected, message) => {
    const { status, stderr } = await run(args);
    expect(status).toBe(expected);
    expect(stderr).toMatch(message);
  });

  test("several files, the environment, an argument of the compiler", async () => {
    expect((await run(["main.py", "--file", "lib/words.py"])).stdout).toBe("word\n");
    expect((await run(["env.py", "--env", "A=1=2", "--env", "B="])).stdout).toBe("1=2 \n");
    expect(await run(["checks.c", "--compile-arg=-DCHECKED"])).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("a class of its own name; a file without an ending, in a language that is named by an alias, in a version", async () => {
    expect((await run(["Greeting.java"])).stdout).toBe("hi\n");
    expect((await run(["program", "-l", "py", "--version", "3"])).stdout).toBe("no ending\n");
  });

  test("the result as JSON, with the same exit status", async () => {
    const { status, stdout, stderr } = await run(["exit3.py", "--json"]);
    expect({ status, stderr }).toEqual({ status: 3, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ status: "runtime_error", run: { exitCode: 3, stdout: "out\n" } });
  });

  test.each<[string, string[], RegExp]>([
    ["an unknown language", ["program", "-l", "pyton"], /^millrace: unknown_language: .*Did you mean "python"/],
    [
      "a version that is not there",
      ["echo.py", "--version", "99"],
      /^millrace: invalid_field: \/version fits no version/,
    ],
    ["a limit above its maximum", ["echo.py", "--cpu-ms", "9999999"], /^millrace: limit_above_maximum: .* 60000\n$/],
  ])("%s is refused with status 125", async (_what, args, message) => {
    const { status, stdout, stderr } = await run(args);
    expect({ status, stdout }).toEqual({ status: 125, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s ends the program, and the command as that signal would",
    async (signal) => {
      const env: Record<string, string> = where === "on a server" ? { MILLRACE_URL: server.url } : {};
      const running = startMillrace(["run", "sleeps.py", "--wall-ms", "60000"], { cwd: folder, env });
      await eventually("the program runs", () =>
        listProcesses().some(
          ({ commandLine }) => commandLine.includes("sleeps.py") && !commandLine.includes("millrace"),
        ),
      );
      running.kill(signal);
      expect((await running.ended).status).toBe(signal === "SIGINT" ? 130 : 143);
      await eventually("the program is gone", () =>
        listProcesses().every(({ commandLine }) => !commandLine.includes("/sleeps.py")),
      );
    },
  );
});

describe("what cannot be done", () => {
  test.each<[string, string[], RegExp]>([
    ["no file", [], /^millrace: missing required argument 'file'/],
    ["a file that is not there", ["nothing.py"], /^millrace: nothing\.py cannot be read: ENOENT/],
    ["a folder", ["lib"], /^millrace: lib cannot be read: EISDIR/],
    [
      "a file of no language",
      ["elsewhere.txt"],
      /^millrace: The name elsewhere\.txt does not tell its language: say --langu/,
    ],
    [
      "a file from elsewhere",
      ["lib/words.py", "--file", "main.py"],
      /^millrace: main\.py is not in the main file's folder/,
    ],
    ["no such input", ["echo.py", "--stdin", "nothing.txt"], /^millrace: nothing\.txt cannot be read: ENOENT/],
    ["input that is no text", ["echo.py", "--stdin", "latin1.txt"], /^millrace: latin1\.txt is not UTF-8/],
    [
      "a limit that is no number",
      ["echo.py", "--cpu-ms", "1s"],
      /^millrace: .*--cpu-ms.* It has to be a whole number\./,
    ],
    ["a variable without a value", ["echo.py", "--env", "A"], /^millrace: .*--env.* It has to be NAME=VALUE\./],
    [
      "an unknown flag",
      ["echo.py", "--stdn", "x"],
      /^millrace: unknown option '--stdn'\n\(Did you mean --stdin\?\)\nArgum/,
    ],
  ])("%s: status 2", async (_what, args, message) => {
    const { status, stdout, stderr } = await millrace(["run", ...args], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test("a server that does not answer, and is given some time to: status 125", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { status, stderr } = await millrace(["run", "echo.py", "--url", url], { cwd: folder });
    expect(status).toBe(125);
    const silence = `millrace: ${url} does not answer: connect ECONNREFUSED ${url.slice("http://".length)}`;
    expect(stderr).toBe(`${silence}; trying again for 10 s\n${silence}\n`);
  });

  test("a program without a server, for those who have no control groups of their own: status 125", async () => {
    const user = { cwd: folder, isRoot: false, env: { HOME: folder } };
    const { status, stdout, stderr } = await millrace(["run", "echo.py"], user);
    expect({ status, stdout }).toEqual({ status: 125, stdout: "" });
    expect(stderr).toMatch(/^millrace: Boxes cannot have control groups\..* With --url a server runs the prog/m);
  });
});
