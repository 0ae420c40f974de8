import { afterAll, beforeAll, expect, test } from "vitest";
import { runPython } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ slots: 2 });
});

afterAll(() => server.stop());

test("a program says hello, in a group of its own that is its root", async () => {
  const code = "print('hello'); print(sum('millrace' in line for line in open('/proc/self/cgroup')))";
  expect(await runPython(server, code)).toMatchObject({ status: "ok", stdout: "hello\n0\n" });
});

test("another one begins warm, and is the same", async () => {
  for (let tries = 0; tries < 20; tries++) {
    const run = await runPython(server, "print('hello')");
    expect(run).toMatchObject({ status: "ok", stdout: "hello\n" });
    if (run.warm) return;
  }
  throw new Error("None of 20 runs was warm");
});

test("its processor time and its memory are counted", async () => {
  const code = "block = bytearray(24 << 20)\nfor _ in range(200_000): pass";
  const run = await runPython(server, code);
  expect(run.memoryBytes).toBeGreaterThan(24 << 20);
  expect(run.memoryBytes).toBeLessThan(64 << 20);
  expect(run.cpuMs).toBeGreaterThan(0);
});

test("more memory than it may have ends it; the next is not told of it", async () => {
  const limits = { memoryBytes: 64 << 20 };
  expect(await runPython(server, "bytearray(128 << 20)", limits)).toMatchObject({
    status: "memory_limit_exceeded",
    signal: "SIGKILL",
  });
  expect(await runPython(server, "print(1)", limits)).toMatchObject({ status: "ok", stdout: "1\n" });
});

test("what it leaves running is gone when it has ended", async () => {
  const code = "import os, time\nif os.fork() == 0:\n  os.setsid(); time.sleep(1000)\nprint('ended')";
  expect(await runPython(server, code)).toMatchObject({ status: "ok", stdout: "ended\n" });
});
