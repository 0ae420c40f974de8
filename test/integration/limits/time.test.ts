import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { execute, fixture, run, runPython } from "../../support/client.ts";
import { type Pulse, watchPulse } from "../../support/pulse.ts";
import { type RunningServer, startServer } from "../../support/server.ts";
import { until } from "../../support/until.ts";

/** The limit is enforced within 20 ms, in which every processor may be the run's. The rest is for a busy machine. */
const CPU_SLACK_MS = 20 * availableParallelism() + 20;
const WALL_SLACK_MS = 250;
/** Tests of figures get further chances: another program may have had the machine. */
const TIMED = { retry: 4 };

let server: RunningServer;
let pulse: Pulse;

beforeAll(async () => {
  server = await startServer();
  pulse = watchPulse(server);
});

afterAll(() => server.stop());

describe("cpu", () => {
  const cpuMs = 200;

  test.each(["alone", "threads", "children", "brief-children"])(
    "of a program that burns it %s",
    TIMED,
    async (kind) => {
      const result = await run(server, {
        language: "c",
        code: fixture("c/burns-cpu.c"),
        args: [kind],
        limits: { cpuMs, wallMs: 5_000 },
      });

      expect(result).toMatchObject({
        status: "time_limit_exceeded",
        message: `more than ${cpuMs} ms of cpu time (cpuMs)`,
        exitCode: null,
        signal: "SIGKILL",
      });
      expect(result.cpuMs).toBeGreaterThanOrEqual(cpuMs);
      expect(result.cpuMs).toBeLessThan(cpuMs + CPU_SLACK_MS);
    },
  );

  test("below the limit is the program's to use, and is reported", async () => {
    const code = "import time\nwhile time.process_time() < 0.3: pass\nprint('done')";
    const result = await runPython(server, code, { cpuMs: 600 });
    expect(result).toMatchObject({ status: "ok", stdout: "done\n", message: null });
    expect(result.cpuMs).toBeGreaterThanOrEqual(300);
    expect(result.cpuMs).toBeLessThan(600);
  });

  test("what children used counts although they are dead, and main ended well", async () => {
    const code = [
      "import os, time",
      "for _ in range(3):",
      "  if os.fork() == 0:",
      "    while time.process_time() < 0.2: pass",
      "    os._exit(0)",
      "  os.wait()",
    ].join("\n");
    const result = await runPython(server, code, { cpuMs: 2_000 });
    expect(result.status).toBe("ok");
    expect(result.cpuMs).toBeGreaterThanOrEqual(600);
  });

  test("of a run does not count what ran in the same place before it", async () => {
    const burn = { language: "python", code: "while True: pass", limits: { cpuMs: 150 } };
    await Promise.all([1, 2, 3, 4].map(() => execute(server, burn)));
    expect((await runPython(server, "print(1)", { cpuMs: 150 })).status).toBe("ok");
  });

  test("a program that ignores every signal and stops itself cannot get out of it", async () => {
    const code = [
      "import os, signal",
      "for number in range(1, 65):",
      "  try: signal.signal(number, signal.SIG_IGN)",
      "  except (OSError, ValueError): pass",
      "while True: pass",
    ].join("\n");
    expect((await runPython(server, code, { cpuMs: 100 })).status).toBe("time_limit_exceeded");
  });
});

describe("wall time", () => {
  const wallMs = 300;
  const setsid = "import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: time.sleep(60)\n";

  test.each([
    ["sleeps", "import time; time.sleep(60)"],
    ["has stopped itself", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"],
    ["waits for a child that sleeps", "import os, time\nif os.fork() == 0: time.sleep(60)\nos.wait()"],
    ["waits beside a daemon of its own", `${setsid}time.sleep(60)`],
    ["waits for input that never comes", "import os; os.read(os.pipe()[0], 1)"],
  ])("ends a program that %s", TIMED, async (_, code) => {
    const result = await runPython(server, code, { wallMs });

    expect(result).toMatchObject({
      status: "time_limit_exceeded",
      message: `more than ${wallMs} ms of wall time (wallMs)`,
      signal: "SIGKILL",
    });
    expect(result.wallMs).toBeGreaterThanOrEqual(wallMs);
    expect(result.wallMs).toBeLessThan(wallMs + WALL_SLACK_MS);
    expect(result.cpuMs).toBeLessThan(wallMs / 2);
  });

  test("below the limit is the program's", async () => {
    const result = await runPython(server, "import time; time.sleep(0.2); print('slept')", { wallMs: 2_000 });
    expect(result).toMatchObject({ status: "ok", stdout: "slept\n" });
    expect(result.wallMs).toBeGreaterThanOrEqual(200);
    expect(result.wallMs).toBeLessThan(2_000);
  });
});

describe("the run ends when its main process ends", () => {
  const ways = {
    "a child holds its outputs": "import os, time\nif os.fork() == 0: time.sleep(60)\nos.write(1, b'main')",
    "a daemon holds its outputs":
      "import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: time.sleep(60)\n  os._exit(0)\nos.wait()\nos.write(1, b'main')",
    "a child has stopped":
      "import os, signal\nchild = os.fork()\nif child == 0: os.kill(os.getpid(), signal.SIGSTOP)\nos.waitpid(child, os.WUNTRACED)\nos.write(1, b'main')",
    "a child never stops printing":
      "import os\nif os.fork() == 0:\n  while True: os.write(2, b'child')\nos.write(1, b'main')",
  };

  test.each(Object.entries(ways))("although %s", TIMED, async (_, code) => {
    const startedMs = performance.now();
    const result = await runPython(server, code);
    const tookMs = performance.now() - startedMs;

    expect(result).toMatchObject({ status: "ok", exitCode: 0, stdout: "main" });
    // Pipes are drained for at most 100 ms.
    expect(tookMs - result.wallMs).toBeLessThan(100 + WALL_SLACK_MS);
    expect(result.wallMs).toBeLessThan(3_000);
  });

  test("and nothing of it lives on", async () => {
    expect(await until(server.instance.unrest)).toEqual([]);
  });
});

test("the host stayed well", async () => {
  const { slowestMs, beats } = await pulse.stop();
  expect(beats).toBeGreaterThan(5);
  expect(slowestMs).toBeLessThan(3_000);
});
