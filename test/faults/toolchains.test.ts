import { execFileSync } from "node:child_process";
import { chmodSync, realpathSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { execute, post, postText } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectCalm } from "./healing.ts";
import { makeOwnUsr, type OwnUsr } from "./own-usr.ts";

// Toolchains that are broken when the server starts, or break while it runs. What is broken is a copy that it alone sees.

const real = (name: string) => realpathSync(`/usr/bin/${name}`);
const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: "utf8" }).trim();

const PYTHON = real("python3");
const JDK = real("javac").replace(/\/bin\/javac$/, "");
const JDK_VERSION = run(`${JDK}/bin/javac`, "-version").replace("javac ", "");

let server: RunningServer;
let usr: OwnUsr;

async function start(prepare?: string): Promise<void> {
  usr = makeOwnUsr(prepare);
  server = await startServer({ slots: 1, inside: usr.inside });
}

async function stop(): Promise<void> {
  await server.stop();
  usr.close();
}

async function expectOthersWork(): Promise<void> {
  expect((await execute(server, { language: "bash", code: "echo $((6*7))" })).run?.stdout).toBe("42\n");
  await expectCalm(server);
}

let made = 0;

/** Text that makes a program one that was never compiled before. */
function anew(): string {
  made += 1;
  return `// ${process.pid} ${made}`;
}

describe("broken at the start", () => {
  const library = run(PYTHON, "-c", "import os; print(os.path.dirname(os.__file__))");
  const [cc1, cc1plus] = ["cc1", "cc1plus"].map((name) => run("gcc", `-print-prog-name=${name}`));
  beforeAll(() =>
    start(
      [
        `echo nothing > ${real("perl")}`,
        // Byte 18 says for which machine a program is: 183 is another one.
        `printf '\\267' | dd of=${real("lua5.4")} bs=1 seek=18 conv=notrunc 2>/dev/null`,
        `chmod a-x ${real("php")}`,
        "rm /usr/lib/x86_64-linux-gnu/libruby*",
        `mv ${library} ${library}.gone`,
        `mv ${cc1} ${cc1}.gone`,
        `printf '#!/bin/sh\\nkill -SEGV $$\\n' > ${cc1plus}`,
      ].join("\n"),
    ),
  );
  afterAll(stop);

  test.each([
    ["that is no program", "perl", "Perl"],
    ["for another machine", "lua", "Lua"],
    ["that may not be executed", "php", "PHP"],
    ["that has lost its library", "ruby", "Ruby"],
  ])(
    "an interpreter %s: its language counts as missing, and is told with what to install",
    async (_, language, name) => {
      const answer = await post(server, { language, code: "x" });
      expect(answer.status).toBe(404);
      const { code, detail } = (await answer.json()) as { code: string; detail: string };
      expect(code).toBe("unknown_language");
      expect(detail).toMatch(new RegExp(`^${name} is not installed on this server: apt-get install .+`));
    },
  );

  test("an interpreter without its modules: it says so itself, in every run", async () => {
    for (let round = 0; round < 3; round++) {
      const { status, run } = await execute(server, { language: "python", code: "print(42)" });
      expect([status, run?.exitCode]).toEqual(["runtime_error", 1]);
      expect(run?.stderr).toContain("Fatal Python error");
    }
    await expectOthersWork();
  });

  test.each([
    ["that has lost a part", "c", /cc1.*No such file/],
    ["that crashes", "cpp", /internal compiler error: Segmentation fault/],
  ])("a compiler %s: a compile_error with its own words", async (_, language, words) => {
    const { status, compile } = await execute(server, { language, code: `int main() { return 0; } ${anew()}` });
    expect(status).toBe("compile_error");
    expect(compile?.stderr).toMatch(words);
    await expectOthersWork();
  });
});

describe("broken while the server runs", () => {
  beforeAll(() => start());
  afterAll(stop);

  /** A path as the server sees it. */
  const own = (path: string) => `/proc/${server.instance.serverPid}/root${path}`;

  test("an interpreter that may not be executed any more: an internal_error that names no path, until it may", async () => {
    const cold = { language: "python", code: "print(6*7)", args: ["cold"] };
    expect((await execute(server, cold)).status).toBe("ok");
    chmodSync(own(PYTHON), 0o644);

    const message = "the toolchain of the language does not work on this server";
    expect(await execute(server, cold)).toMatchObject({ status: "internal_error", run: { message, exitCode: null } });
    const text = await postText(server, "python", "print(6*7)", "arg=cold");
    expect([text.status, await text.text()]).toEqual([500, `millrace: internal_error: ${message}\n`]);
    expect(server.output()).toMatch(new RegExp(`"executable":"${PYTHON}","stage":"exec","errno":"EACCES"`));
    await expectOthersWork();

    chmodSync(own(PYTHON), 0o755);
    expect((await execute(server, cold)).run?.stdout).toBe("42\n");
  });

  test("a JDK that is taken away: an error or an answer, nothing worse; the others work", async () => {
    const java = (n: number) => ({
      language: "java",
      version: JDK_VERSION,
      code: `public class Main { public static void main(String[] a) { System.out.println(${n}); } } ${anew()}`,
    });
    expect((await execute(server, java(1))).run?.stdout).toBe("1\n");
    rmSync(own(JDK), { recursive: true });

    const { status } = await execute(server, java(2));
    expect(["internal_error", "compile_error", "runtime_error", "ok"]).toContain(status);
    await expectOthersWork();
  });
});
