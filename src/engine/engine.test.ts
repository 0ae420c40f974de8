import { describe, expect, test } from "vitest";
import type { Execution } from "../domain/execution.ts";
import { DEFAULT_COMPILE_LIMITS, DEFAULT_RUN_LIMITS } from "../domain/limits.ts";
import type { Progress } from "../domain/progress.ts";
import { sampleExecution } from "../domain/sample-execution.test-support.ts";
import { parseManifest } from "../languages/manifest.ts";
import { createRegistry } from "../languages/registry.ts";
import { createToolchain } from "../languages/toolchain.ts";
import { LaunchError, type RunReport, type RunSpec, type Sandbox } from "../sandbox/sandbox.ts";
import { createEngine } from "./engine.ts";
import { warmStartsOf } from "./warm-starts.ts";

const common = { extensions: [".x"], mainFile: "main.x", hello: "hello" };
const detect = { executables: ["/usr/bin/x"], versionPattern: "(.)", debianPackage: "x" };

const interpreted = {
  ...common,
  id: "script",
  name: "Script",
  detect,
  run: { command: ["{executable}", "{mainFile}"] },
};
const compiled = {
  ...common,
  id: "native",
  name: "Native",
  detect,
  compile: { command: ["{executable}", "{sources}"], artifacts: ["main"] },
  run: { command: ["./main"] },
};

function registryOf(...manifests: object[]) {
  return createRegistry(
    manifests.map((json) => {
      const manifest = parseManifest(JSON.stringify(json), "test.yaml");
      const detected = { executable: "/usr/bin/x", version: "1.2.3", stamp: "1@2", tools: {} };
      return { manifest, toolchains: [createToolchain(manifest, detected)] };
    }),
  );
}

function executionOf(language: string, changes: Partial<Execution> = {}): Execution {
  const files = [{ path: "main.x", content: Buffer.from("source") }];
  const stdin = Buffer.from("input");
  return sampleExecution("", { language, version: "1.2.3", files, stdin, args: ["one", "two"], ...changes });
}

function reportOf(changes: Partial<RunReport> = {}): RunReport {
  return {
    isWarm: false,
    stopCause: null,
    exit: { kind: "code", code: 0 },
    oomKills: 0,
    cpuMs: 1,
    wallMs: 2,
    memoryBytes: 3,
    stdout: Buffer.from("out"),
    stderr: Buffer.from("err"),
    stdoutTruncated: false,
    stderrTruncated: false,
    files: [],
    refusedFiles: [],
    ...changes,
  };
}

const program = { path: "main", content: Buffer.from("binary") };

/** Answers runs one after another with what the script says, and keeps what was asked for. */
function scripted(...script: (RunReport | Error)[]) {
  const specs: RunSpec[] = [];
  const sandbox: Pick<Sandbox, "run"> = {
    async run(spec) {
      specs.push(spec);
      const next = script.shift();
      if (next === undefined) throw new Error("one run too many");
      if (next instanceof Error) throw next;
      spec.onOutput?.("stdout", next.stdout);
      spec.onOutput?.("stderr", next.stderr);
      return next;
    },
  };
  const warnings: unknown[] = [];
  const log = { warn: (entry: unknown) => warnings.push(entry) };
  let retries = 0;
  const telemetry = { runRetried: () => void retries++ };
  const languages = registryOf(interpreted, compiled);
  const engine = createEngine({ warmStarts: new Map(), compiledFiles: null, sandbox, languages, log, telemetry });
  return { engine, sandbox, log, telemetry, specs, warnings, retries: () => retries };
}

const signal = new AbortController().signal;
const failed = (code: number) => reportOf({ exit: { kind: "code", code } });

describe("a compiler that is started ahead", () => {
  const warm = { way: "boot", command: ["{executable}", "-wait"], arguments: ".arguments" };
  const manifest = { ...compiled, compile: { ...compiled.compile, warm } };

  async function compileWith(changes: Partial<Execution>): Promise<RunSpec | undefined> {
    const { specs, ...parts } = scripted(failed(1));
    const languages = registryOf(manifest);
    const warmStarts = warmStartsOf(languages.toolchains());
    const engine = createEngine({ ...parts, warmStarts, compiledFiles: null, languages });
    await engine.execute(executionOf("native", changes), { signal });
    return specs[0];
  }

  test("does compile runs, which can still be done without it", async () => {
    expect(await compileWith({})).toMatchObject({
      argv: ["/usr/bin/x", "main.x"],
      files: [{ path: "main.x" }],
      warm: { argv: ["/usr/bin/x", "-wait"], mainFile: "/box/.arguments" },
    });
  });

  test.each<[string, Partial<Execution>]>([
    ["with arguments of the request's", { compileArgs: ["-J-Xmx1g"] }],
    ["under other limits", { compileLimits: { ...DEFAULT_COMPILE_LIMITS, memoryBytes: 1 } }],
  ])("does none %s", async (_, changes) => {
    expect((await compileWith(changes))?.warm).toBeNull();
  });
});

describe("what is told of an execution meanwhile", () => {
  async function toldOf(language: string, ...script: (RunReport | Error)[]): Promise<string[]> {
    const told: string[] = [];
    const { engine } = scripted(...script);
    const progress: Progress = {
      started: () => told.push("started"),
      compiled: ({ status }) => told.push(`compiled ${status}`),
      printed: (stream, bytes) => told.push(`${stream} ${bytes}`),
      ended: ({ status }) => told.push(`ended ${status}`),
    };
    await engine.execute(executionOf(language), { signal, progress });
    return told;
  }

  test("is each step, and what the program prints, not the compiler", async () => {
    const made = reportOf({ files: [program] });
    expect(await toldOf("native", made, reportOf())).toEqual([
      "started",
      "compiled ok",
      "stdout out",
      "stderr err",
      "ended ok",
    ]);
    expect(await toldOf("native", failed(1))).toEqual(["started", "compiled runtime_error"]);
  });

  test("is a second start, when a box was lost", async () => {
    const lost = new LaunchError("gone", { stage: "box_lost" });
    expect(await toldOf("script", lost, reportOf())).toEqual([
      "started",
      "started",
      "stdout out",
      "stderr err",
      "ended ok",
    ]);
  });
});

describe("an interpreted program", () => {
  test("is one run with everything the request gave", async () => {
    const { engine, specs } = scripted(reportOf());
    const execution = executionOf("script", { env: { NAME: "value" } });
    const outcome = await engine.execute(execution, { signal });
    expect(outcome).toMatchObject({ status: "ok", compile: null, run: { status: "ok", message: null, wallMs: 2 } });
    expect(specs).toEqual([
      {
        executable: "/usr/bin/x",
        argv: ["/usr/bin/x", "main.x", "one", "two"],
        env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/box", LANG: "C.UTF-8", NAME: "value" },
        files: [{ path: "main.x", content: Buffer.from("source"), mode: 0o644 }],
        stdin: Buffer.from("input"),
        limits: DEFAULT_RUN_LIMITS,
        warm: null,
        collect: null,
      },
    ]);
  });

  test("that fails has its run's status", async () => {
    const { engine } = scripted(failed(137));
    expect(await engine.execute(executionOf("script"), { signal })).toMatchObject({
      status: "runtime_error",
      run: { status: "runtime_error", exit: { kind: "code", code: 137 } },
    });
  });

  test("that was cancelled before it began starts nothing", async () => {
    const { engine, specs } = scripted();
    const outcome = await engine.execute(executionOf("script"), { signal: AbortSignal.abort() });
    expect(outcome).toEqual({ status: "cancelled", compile: null, run: null });
    expect(specs).toEqual([]);
  });
});

describe("a compiled program", () => {
  test("is compiled in one box and run in another, with its data files and without what the compiler left over", async () => {
    const { engine, specs } = scripted(reportOf({ files: [program] }), reportOf());
    const files = [
      { path: "main.x", content: Buffer.from("source") },
      { path: "data.txt", content: Buffer.from("data") },
    ];
    const outcome = await engine.execute(executionOf("native", { files }), { signal });
    expect(outcome).toMatchObject({ status: "ok", compile: { status: "ok" }, run: { status: "ok" } });
    const [compile, run] = specs;
    expect(compile).toMatchObject({
      argv: ["/usr/bin/x", "main.x"],
      limits: DEFAULT_COMPILE_LIMITS,
      stdin: new Uint8Array(),
    });
    expect(["main", "main.o", "sub/main"].map((path) => compile?.collect?.wants(path, 1))).toEqual([
      true,
      false,
      false,
    ]);
    expect(compile?.collect?.maxBytes).toBe(DEFAULT_COMPILE_LIMITS.diskBytes);
    expect(run).toMatchObject({ executable: "/box/main", argv: ["./main", "one", "two"], limits: DEFAULT_RUN_LIMITS });
    expect(run?.files.map(({ path, mode }) => [path, mode])).toEqual([
      ["main.x", 0o644],
      ["data.txt", 0o644],
      ["main", 0o755],
    ]);
  });

  test("replaces a file of its own name", async () => {
    const { engine, specs } = scripted(reportOf({ files: [program] }), reportOf());
    const files = [
      { path: "main.x", content: Buffer.from("source") },
      { path: "main", content: Buffer.from("not this one") },
    ];
    await engine.execute(executionOf("native", { files }), { signal });
    expect(specs[1]?.files.filter(({ path }) => path === "main")).toEqual([{ ...program, mode: 0o755 }]);
  });

  const limit = (stopCause: RunReport["stopCause"]) =>
    reportOf({ stopCause, exit: { kind: "signal", signal: "SIGKILL" } });
  test.each([
    ["the compiler refuses it", failed(1), "runtime_error"],
    ["the compiler takes too long", limit("wall"), "time_limit_exceeded"],
    ["the compiler takes too much memory", reportOf({ oomKills: 1 }), "memory_limit_exceeded"],
    ["the compiler says too much", limit("output"), "output_limit_exceeded"],
    ["the compiler makes nothing", reportOf(), "compile_error"],
    [
      "what the compiler made is refused",
      reportOf({ files: [program], refusedFiles: [{ path: "main.d", reason: "a link" }] }),
      "compile_error",
    ],
  ] as const)("is a compile error when %s", async (_, report, status) => {
    const { engine, specs } = scripted(report);
    const outcome = await engine.execute(executionOf("native"), { signal });
    expect(outcome).toMatchObject({
      status: "compile_error",
      compile: { status, stderr: Buffer.from("err") },
      run: null,
    });
    expect(specs).toHaveLength(1);
  });

  test("says what the compiler did not make", async () => {
    const { engine } = scripted(reportOf());
    const { compile } = await engine.execute(executionOf("native"), { signal });
    expect(compile?.message).toBe("the compiler made no program: main is missing");
  });

  test("that was cancelled while compiling is cancelled, and not run", async () => {
    const { engine, specs } = scripted(limit("killed"));
    expect(await engine.execute(executionOf("native"), { signal })).toMatchObject({ status: "cancelled", run: null });
    expect(specs).toHaveLength(1);
  });

  test("that is no program is the program's fault", async () => {
    const refused = new LaunchError("exec(0): ENOEXEC", { stage: "exec", errno: "ENOEXEC" });
    const { engine, specs, warnings } = scripted(reportOf({ files: [program] }), refused);
    expect(await engine.execute(executionOf("native"), { signal })).toMatchObject({
      status: "runtime_error",
      run: { exit: null, message: "what the compiler made is not a program (ENOEXEC)" },
    });
    expect(specs).toHaveLength(2);
    expect(warnings).toEqual([]);
  });
});

describe("a box that fails", () => {
  const lost = () => new LaunchError("root_mount(2): EPERM, /secret/path", { stage: "root_mount", errno: "EPERM" });

  test("is replaced once", async () => {
    const { engine, warnings } = scripted(lost(), reportOf());
    const execution = executionOf("script");
    expect((await engine.execute(execution, { signal })).status).toBe("ok");
    expect(warnings).toMatchObject([{ id: execution.id, attempt: 1, stage: "root_mount", errno: "EPERM" }]);
  });

  test("twice is an internal error that says nothing of the host", async () => {
    const { engine, specs, retries } = scripted(lost(), lost());
    const outcome = await engine.execute(executionOf("script"), { signal });
    expect(retries()).toBe(1);
    expect(outcome).toMatchObject({ status: "internal_error", run: { status: "internal_error", exit: null } });
    expect(JSON.stringify(outcome)).not.toMatch(/EPERM|mount|secret/);
    expect(specs).toHaveLength(2);
  });

  test("twice while compiling is an internal error too, not a compile error", async () => {
    const { engine } = scripted(lost(), lost());
    expect(await engine.execute(executionOf("native"), { signal })).toMatchObject({
      status: "internal_error",
      run: null,
    });
  });

  test("is not replaced when the client is gone", async () => {
    const hangUp = new AbortController();
    const sandbox = {
      async run(): Promise<RunReport> {
        hangUp.abort();
        throw lost();
      },
    };
    const engine = createEngine({
      warmStarts: new Map(),
      compiledFiles: null,
      sandbox,
      languages: registryOf(interpreted),
      log: { warn: () => undefined },
      telemetry: { runRetried: () => undefined },
    });
    const outcome = await engine.execute(executionOf("script"), { signal: hangUp.signal });
    expect(outcome.status).toBe("cancelled");
  });

  test("for want of an interpreter is the engine's fault", async () => {
    const missing = () => new LaunchError("exec(0): ENOENT", { stage: "exec", errno: "ENOENT" });
    const { engine, warnings } = scripted(missing(), missing());
    expect(await engine.execute(executionOf("script"), { signal })).toMatchObject({
      status: "internal_error",
      run: { message: "the toolchain of the language does not work on this server" },
    });
    expect(warnings).toMatchObject([{ executable: "/usr/bin/x" }, { executable: "/usr/bin/x" }]);
  });

  test("for want of memory is the request's fault and is not tried again", async () => {
    const { engine, specs } = scripted(new LaunchError("limits(0): EBUSY", { stage: "limits", errno: "EBUSY" }));
    expect(await engine.execute(executionOf("script"), { signal })).toMatchObject({
      status: "memory_limit_exceeded",
      run: { exit: null, message: "the program and its files do not fit into 268435456 bytes (memoryBytes)" },
    });
    expect(specs).toHaveLength(1);
  });

  test("for want of space is the request's fault and is not tried again", async () => {
    const { engine, specs } = scripted(
      new LaunchError("script_file(0): ENOSPC", { stage: "script_file", errno: "ENOSPC" }),
    );
    expect(await engine.execute(executionOf("script"), { signal })).toMatchObject({
      status: "runtime_error",
      run: { message: "the files do not fit into 67108864 bytes (diskBytes)" },
    });
    expect(specs).toHaveLength(1);
  });
});

test("an error that is no failed launch is a bug and is thrown", async () => {
  const { engine } = scripted(new TypeError("a bug"));
  await expect(engine.execute(executionOf("script"), { signal })).rejects.toThrow("a bug");
});
