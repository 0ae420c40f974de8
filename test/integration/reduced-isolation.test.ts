import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClusterResponse } from "../../src/protocol/cluster-response.ts";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import type { ExecutionResponse } from "../../src/protocol/execution-response.ts";
import { WITHOUT_GROUPS } from "../support/control-groups.ts";
import { type RunningServer, startServer } from "../support/server.ts";

// A server on a host that has no control groups.

const MIB = 1024 * 1024;

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ inside: WITHOUT_GROUPS, flags: ["--isolation", "reduced"] });
});

afterAll(() => server.stop());

async function execute(request: Partial<ExecutionRequest>): Promise<ExecutionResponse> {
  const body = JSON.stringify({ language: "python", ...request });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${server.url}/v1/executions`, { method: "POST", headers, body });
  return (await answer.json()) as ExecutionResponse;
}

/** Tries to start a server there. @returns what it said when it did not. */
function refusal(...flags: readonly string[]): Promise<{ status: number | null; stderr: string }> {
  const [program = "", ...args] = [...WITHOUT_GROUPS, process.execPath, "src/cli/millrace.ts", "serve", "--port", "0"];
  const dataDirectory = mkdtempSync(join(tmpdir(), "millrace-data-"));
  const env = {
    PATH: process.env["PATH"],
    MILLRACE_KEYS_FILE: "/nonexistent/keys.json",
    MILLRACE_DATA_DIRECTORY: dataDirectory,
  };
  return new Promise((resolve) => {
    execFile(program, [...args, ...flags], { env, timeout: 50_000 }, (error, _stdout, stderr) => {
      rmSync(dataDirectory, { recursive: true });
      resolve({ status: error === null ? 0 : Number(error.code), stderr });
    });
  });
}

test("without the flag there is no server, and the flag is named", async () => {
  const { status, stderr } = await refusal();
  expect(status).toBe(1);
  expect(stderr).toMatch(/^millrace: Boxes cannot have control groups\. .* --isolation=reduced\n/);
});

test("for others there is none either, unless that is forced", async () => {
  const { status, stderr } = await refusal("--isolation", "reduced", "--host", "0.0.0.0", "--public");
  expect(status).toBe(1);
  expect(stderr).toMatch(/^millrace: Others can reach 0\.0\.0\.0, and isolation is reduced: .* --force-reduced\n/);
  const flags = ["--isolation", "reduced", "--host", "0.0.0.0", "--public", "--force-reduced"];
  await (await startServer({ inside: WITHOUT_GROUPS, flags })).stop();
});

test("what is less is said at the start, of the node, in metrics and in each result", async () => {
  expect(server.output()).toMatch(/^Isolation is reduced:\n {2}Memory is looked at /m);
  const { nodes } = (await (await fetch(`${server.url}/v1/cluster`)).json()) as ClusterResponse;
  expect(nodes).toMatchObject([{ isolation: "reduced", lacks: expect.arrayContaining([expect.any(String)]) }]);
  expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(/^millrace_isolation_reduced 1$/m);
  const answer = await fetch(`${server.url}/lang/python`, { method: "POST", body: "print(6*7)" });
  expect(answer.headers.get("millrace-isolation")).toBe("reduced");
  expect(await answer.text()).toBe("42\n");
  expect(await execute({ code: "print()" })).toMatchObject({ status: "ok", isolation: "reduced" });
});

const held = "held = bytearray(b'x' * (100 << 20))\nimport time; time.sleep(1)";

test("memory below the limit is measured", async () => {
  const { status, run } = await execute({ code: held });
  expect(status).toBe("ok");
  expect(run?.memoryBytes).toBeGreaterThan(100 * MIB);
  expect(run?.memoryBytes).toBeLessThan(256 * MIB);
});

test.each([
  ["of one process", "x = []\nwhile True: x.append(b'x' * (1 << 20))"],
  [
    "of several",
    "import os, time\nfor n in range(4):\n  if os.fork() == 0:\n    x = b'x' * (40 << 20); time.sleep(30)\ntime.sleep(30)",
  ],
  ["shared", "import mmap, time\nm = mmap.mmap(-1, 200 << 20)\nm.write(b'x' * (200 << 20)); time.sleep(30)"],
  ["in files", "import time\nopen('/tmp/x', 'wb').write(b'x' * (100 << 20)); time.sleep(30)"],
])("memory above the limit ends the program: %s", async (_what, code) => {
  const limits = { memoryBytes: 100 * MIB, diskBytes: 200 * MIB, fileBytes: 200 * MIB, wallMs: 20_000 };
  expect(await execute({ code, limits })).toMatchObject({
    status: "memory_limit_exceeded",
    run: { message: `more than ${100 * MIB} bytes of memory (memoryBytes)`, memoryBytes: 100 * MIB },
  });
});

test.each([
  ["of one process", "while True: pass"],
  ["of one that starts others", "import os\nfor n in range(3): os.fork()\nwhile True: pass"],
])("processor time above the limit ends the program: %s", async (_what, code) => {
  const { status, run } = await execute({ code, limits: { cpuMs: 300, wallMs: 30_000 } });
  expect(status).toBe("time_limit_exceeded");
  expect(run?.message).toMatch(/cpu time/);
});

test("processor time of children that were waited for counts", async () => {
  const code =
    "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time\\nwhile time.process_time() < 0.3: pass'])";
  const { status, run } = await execute({ code, limits: { wallMs: 30_000 } });
  expect(status).toBe("ok");
  expect(run?.cpuMs).toBeGreaterThan(300);
});

test("there are as many processes as may be, and no more", async () => {
  const code = `import os, time
made = 0
try:
  while made < 50:
    if os.fork() == 0: time.sleep(30)
    made += 1
except BlockingIOError: pass
print(made)`;
  const { run } = await execute({ code, limits: { processes: 8 } });
  expect(Number(run?.stdout)).toBeGreaterThanOrEqual(6);
  expect(Number(run?.stdout)).toBeLessThanOrEqual(8);
});

// A look takes as long as there are processes: many of them get fewer looks, and others their share of the launcher.
test("a program of many processes that takes too much processor time ends, and holds up nobody", async () => {
  const code = "import os, time\nfor n in range(200):\n  if os.fork() == 0: time.sleep(30)\nwhile True: pass";
  const limits = { processes: 256, cpuMs: 1_000, wallMs: 30_000, memoryBytes: 1024 * MIB };
  const many = execute({ code, limits });
  expect(await execute({ code: "print(6*7)" })).toMatchObject({ status: "ok" });
  expect(await many).toMatchObject({
    status: "time_limit_exceeded",
    run: { message: expect.stringMatching(/cpu time/) },
  });
});
