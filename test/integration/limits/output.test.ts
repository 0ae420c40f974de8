import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, runPython } from "../../support/client.ts";
import { type Pulse, watchPulse } from "../../support/pulse.ts";
import { type RunningServer, startServer } from "../../support/server.ts";

let server: RunningServer;
let pulse: Pulse;

beforeAll(async () => {
  server = await startServer();
  pulse = watchPulse(server);
});

afterAll(() => server.stop());

/** Prints so many bytes in one write, or in many small ones. */
function printing(bytes: number, chunk = bytes): string {
  return `import os\nfor i in range(${bytes / chunk}): os.write(1, b'x' * ${chunk})`;
}

describe.each([
  ["one small write", 1_000, 1_000],
  ["many writes", 100_000, 100],
  ["more than a pipe holds", 1_048_576, 65_536],
  ["the most there is", 16_777_216, 1_048_576],
])("%s", (_, bytes, chunk) => {
  test("of exactly the limit is ok", async () => {
    const { stdout, ...result } = await runPython(server, printing(bytes, chunk), { outputBytes: bytes });
    expect(result).toMatchObject({ status: "ok", stdoutTruncated: false, stderrTruncated: false });
    expect(stdout.length).toBe(bytes);
  });

  test("and one byte more is too much; what came first is kept", async () => {
    const code = `${printing(bytes, chunk)}\nos.write(1, b'!')`;
    const { stdout, ...result } = await runPython(server, code, { outputBytes: bytes });
    expect(result).toMatchObject({
      status: "output_limit_exceeded",
      message: `more than ${bytes} bytes of output (outputBytes)`,
      stdoutTruncated: true,
      stderrTruncated: false,
    });
    expect(stdout === "x".repeat(bytes)).toBe(true);
  });
});

describe("stdout and stderr count together", () => {
  const code = (err: number) => `import os\nos.write(1, b'o' * 600)\nos.write(2, b'e' * ${err})\nos.write(2, b'')`;

  test("up to the limit", async () => {
    expect(await runPython(server, code(400), { outputBytes: 1_000 })).toMatchObject({
      status: "ok",
      stdout: "o".repeat(600),
      stderr: "e".repeat(400),
    });
  });

  test("and not above it: one of them was cut, nothing beyond the limit is kept", async () => {
    const result = await runPython(server, code(401), { outputBytes: 1_000 });
    expect(result.status).toBe("output_limit_exceeded");
    expect(result.stdout.length + result.stderr.length).toBe(1_000);
    expect(`${result.stdout}${result.stderr}`).toMatch(/^o+e+$/);
    expect(result.stdoutTruncated || result.stderrTruncated).toBe(true);
  });
});

describe("a cut never splits a character", () => {
  const text = "aé€😀";
  const lengths = Array.from({ length: Buffer.byteLength(text) - 1 }, (_, index) => index + 1);

  test.each(lengths)("at %i bytes", async (outputBytes) => {
    const result = await run(server, {
      language: "python",
      code: "import os, sys; os.write(1, sys.stdin.buffer.read())",
      stdin: text,
      limits: { outputBytes },
    });
    expect(result).toMatchObject({ status: "output_limit_exceeded", stdoutEncoding: "utf8", stdoutTruncated: true });
    expect(text.startsWith(result.stdout)).toBe(true);
    expect(result.stdout).not.toContain("\u{fffd}");
    const kept = Buffer.byteLength(result.stdout);
    const next = Buffer.byteLength([...text.slice(result.stdout.length)][0] ?? "");
    expect(kept).toBeLessThanOrEqual(outputBytes);
    expect(kept + next).toBeGreaterThan(outputBytes);
  });

  test("bytes that are no characters are cut where the limit is", async () => {
    const result = await runPython(server, "import os; os.write(1, bytes([255, 254, 253, 252]))", { outputBytes: 3 });
    expect(result).toMatchObject({ status: "output_limit_exceeded", stdoutEncoding: "base64" });
    expect(Buffer.from(result.stdout, "base64")).toEqual(Buffer.from([255, 254, 253]));
  });
});

test.each([
  ["stdout", 1],
  ["stderr", 2],
])("a flood on %s is stopped at once, its head kept", async (stream, fd) => {
  const code = `#include <unistd.h>
int main(void) { static char head[5] = "head ", flood[65536]; write(${fd}, head, 5); for (;;) write(${fd}, flood, sizeof flood); }`;
  const result = await run(server, { language: "c", code, limits: { outputBytes: 100_000 } });
  const text = stream === "stdout" ? result.stdout : result.stderr;
  expect(result).toMatchObject({ status: "output_limit_exceeded", signal: "SIGKILL" });
  expect(text.length).toBe(100_000);
  expect(text.startsWith("head ")).toBe(true);
  // Far below the limits of time.
  expect(result.wallMs).toBeLessThan(3_000);
  expect(result.cpuMs).toBeLessThan(1_000);
});

test("what a program still had in its pipe when it ended counts too", async () => {
  const result = await runPython(server, "import os; os.write(1, b'x' * 50000); os._exit(0)", { outputBytes: 49_999 });
  expect(result).toMatchObject({ status: "output_limit_exceeded", stdoutTruncated: true });
  expect(result.stdout.length).toBe(49_999);
});

test("nothing is lost of what several processes printed", async () => {
  const code = [
    "import os",
    "for n in range(8):",
    "  if os.fork() == 0:",
    "    for i in range(500): os.write(1 + n % 2, b'%d' % n)",
    "    os._exit(0)",
    "for n in range(8): os.wait()",
  ].join("\n");
  const { status, stdout, stderr } = await runPython(server, code);
  const sorted = (text: string) => [...text].sort().join("");
  expect(status).toBe("ok");
  expect(sorted(stdout)).toBe(["0", "2", "4", "6"].map((n) => n.repeat(500)).join(""));
  expect(sorted(stderr)).toBe(["1", "3", "5", "7"].map((n) => n.repeat(500)).join(""));
});

test("the host stayed well", async () => {
  const { slowestMs, beats } = await pulse.stop();
  expect(beats).toBeGreaterThan(5);
  expect(slowestMs).toBeLessThan(3_000);
});
