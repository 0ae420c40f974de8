import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixture, run, runPython } from "../../support/client.ts";
import { type Pulse, watchPulse } from "../../support/pulse.ts";
import { type RunningServer, startServer } from "../../support/server.ts";

const MIB = 1024 ** 2;
const LIMIT = 32 * MIB;
/** What the program itself takes, and what the kernel counts in advance for each processor. */
const ROOM = 2 * MIB;

let server: RunningServer;
let pulse: Pulse;

beforeAll(async () => {
  server = await startServer();
  pulse = watchPulse(server);
});

afterAll(() => server.stop());

function take(kind: string, bytes: number) {
  const limits = { memoryBytes: LIMIT, diskBytes: 8 * LIMIT, fileBytes: 8 * LIMIT, openFiles: 4_096 };
  return run(server, { language: "c", code: fixture("c/takes-memory.c"), args: [kind, String(bytes)], limits });
}

describe.each(["heap", "tmp", "box", "shm", "memfd", "sysv", "pipes", "page-tables"])("memory as %s", (kind) => {
  test("below the limit is the program's to use, and is counted", async () => {
    const result = await take(kind, LIMIT - 2 * ROOM);

    expect(result).toMatchObject({ status: "ok", stdout: "taken\n", message: null });
    expect(result.memoryBytes).toBeGreaterThan(LIMIT - 3 * ROOM);
    expect(result.memoryBytes).toBeLessThanOrEqual(LIMIT);
  });

  test.each([
    ["at the limit, with the program itself on top", LIMIT],
    ["far above the limit", 4 * LIMIT],
  ])("%s", async (_, bytes) => {
    const result = await take(kind, bytes);

    expect(result).toMatchObject({
      status: "memory_limit_exceeded",
      stdout: "",
      message: `more than ${LIMIT} bytes of memory (memoryBytes)`,
    });
    expect(result.memoryBytes).toBeGreaterThan(LIMIT - ROOM);
    expect(result.memoryBytes).toBeLessThanOrEqual(LIMIT);
  });
});

test("buffers of sockets are the run's memory, with what the kernel keeps beside each", async () => {
  expect(await take("sockets", LIMIT)).toMatchObject({ status: "memory_limit_exceeded", stdout: "" });
});

test("a child that is killed for memory is the run's, even if main ends well", async () => {
  const code = [
    "import os",
    "child = os.fork()",
    "if child == 0: bytearray(64 << 20)",
    "else: os.waitpid(child, 0)",
    "print('ended well')",
  ].join("\n");
  expect(await runPython(server, code, { memoryBytes: LIMIT })).toMatchObject({
    status: "memory_limit_exceeded",
    message: `more than ${LIMIT} bytes of memory (memoryBytes)`,
  });
});

test("a killed child ends the run at once, though main would go on", async () => {
  const code = "import os, time\nif os.fork() == 0: bytearray(64 << 20)\ntime.sleep(60)";
  const result = await runPython(server, code, { memoryBytes: LIMIT, wallMs: 60_000 });
  expect(result.status).toBe("memory_limit_exceeded");
  expect(result.wallMs).toBeLessThan(50_000);
});

test("memory of several processes counts together", async () => {
  const code = [
    "import os, time",
    "for _ in range(4):",
    "  if os.fork() == 0:",
    "    block = bytearray(9 << 20)",
    "    time.sleep(5)",
    "time.sleep(5)",
  ].join("\n");
  expect((await runPython(server, code, { memoryBytes: LIMIT })).status).toBe("memory_limit_exceeded");
});

test("files of the host that were only read are not the run's memory", async () => {
  const code = [
    "import os",
    "total = 0",
    "for entry in os.scandir('/usr/bin'):",
    "  if not entry.is_file(follow_symlinks=False): continue",
    "  with open(entry.path, 'rb') as file: total += len(file.read(4 << 20))",
    "  if total > 100 << 20: break",
    "print(total > 64 << 20)",
  ].join("\n");
  const result = await runPython(server, code, { memoryBytes: LIMIT });
  expect(result).toMatchObject({ status: "ok", stdout: "True\n" });
  expect(result.memoryBytes).toBeLessThan(LIMIT / 2);
});

describe("only the kernel's own count makes a memory_limit_exceeded", () => {
  test.each([
    ["exit code 137", "import os; os._exit(137)", { exitCode: 137, signal: null, message: "exit code 137" }],
    [
      "a SIGKILL of its own",
      "import os; os.kill(0, 9)",
      { exitCode: null, signal: "SIGKILL", message: "ended by SIGKILL" },
    ],
    ["a MemoryError", "bytearray(1 << 46)", { exitCode: 1, signal: null, message: "exit code 1" }],
  ])("%s is a runtime_error", async (_, code, expected) => {
    expect(await runPython(server, code, { memoryBytes: LIMIT })).toMatchObject({
      status: "runtime_error",
      ...expected,
    });
  });
});

describe("the stack, of 64 MiB", () => {
  /** What is on it before main is called, the environment and the arguments among it. */
  const BEFORE_MAIN = 128 * 1024;

  test.each([
    ["below the limit is the program's to use", 64 * MIB - BEFORE_MAIN, 256 * MIB, "used\n"],
    ["at the limit, with what was there before main on top", 64 * MIB, 256 * MIB, ""],
    ["above the limit", 65 * MIB, 256 * MIB, ""],
    ["in a box that has more memory", 65 * MIB, 1024 * MIB, ""],
  ])("%s", async (_, bytes, memoryBytes, stdout) => {
    const code = fixture("c/uses-stack.c");
    const result = await run(server, { language: "c", code, args: [String(bytes)], limits: { memoryBytes } });
    const end = stdout === "" ? { status: "runtime_error", signal: "SIGSEGV" } : { status: "ok", signal: null };
    expect(result).toMatchObject({ ...end, stdout });
  });

  test("is no larger than the memory limit", async () => {
    const code = "import resource; print(resource.getrlimit(resource.RLIMIT_STACK))";
    expect((await runPython(server, code, { memoryBytes: LIMIT })).stdout).toBe(`(${LIMIT}, ${LIMIT})\n`);
  });
});

test("a stack that grows without end is a SIGSEGV, long before it takes the memory", async () => {
  const code =
    "int deeper(int n) { volatile char frame[1024]; frame[0] = (char)n; return deeper(n + 1) + frame[0]; }\nint main(void) { return deeper(0); }";
  const result = await run(server, { language: "c", code, compileArgs: ["-O0"] });
  expect(result).toMatchObject({ status: "runtime_error", signal: "SIGSEGV", exitCode: null });
  expect(result.memoryBytes).toBeLessThan(80 * MIB);
});

test("the host stayed well", async () => {
  const { slowestMs, beats } = await pulse.stop();
  expect(beats).toBeGreaterThan(5);
  expect(slowestMs).toBeLessThan(3_000);
});
