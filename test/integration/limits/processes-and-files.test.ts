import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Limits } from "../../../src/domain/limits.ts";
import { fixture, run, runPython } from "../../support/client.ts";
import { type Pulse, watchPulse } from "../../support/pulse.ts";
import { type RunningServer, startServer } from "../../support/server.ts";
import { until } from "../../support/until.ts";

const MIB = 1024 ** 2;
const PAGE = 4_096;

let server: RunningServer;
let pulse: Pulse;

beforeAll(async () => {
  server = await startServer();
  pulse = watchPulse(server);
});

afterAll(() => server.stop());

describe.each(["threads", "processes"])("%s, main among them", (kind) => {
  function start(wanted: number, limits: Partial<Limits> = {}) {
    const code = fixture("c/starts-many.c");
    return run(server, { language: "c", code, args: [kind, String(wanted)], limits });
  }

  test.each([
    ["below the limit", 8, 6, 6],
    ["at the limit", 8, 7, 7],
    ["above the limit: the next one is refused", 8, 8, 7],
    ["without end", 8, 100_000, 7],
    ["with room for main alone", 1, 5, 0],
    ["at the default of 64", 64, 63, 63],
    ["above the default of 64", 64, 64, 63],
    ["at the most a server gives", 1_024, 2_000, 1_023],
  ])("%s", async (_, processes, wanted, got) => {
    const limits = { processes, memoryBytes: 512 * MIB };
    expect(await start(wanted, limits)).toMatchObject({ status: "ok", stdout: String(got) });
  });
});

test("a fork bomb is a program like any other", async () => {
  const code = "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass";
  const result = await runPython(server, code, { cpuMs: 300, wallMs: 2_000 });
  expect(result.status).toBe("time_limit_exceeded");
  expect(await until(server.instance.unrest)).toEqual([]);
});

describe("disk", () => {
  const diskBytes = 4 * MIB;

  /** Writes files of 64 KiB in turn into these directories until there is no space; prints how much it could write. */
  const filling = (...directories: string[]) => `
import errno, itertools
total = 0
try:
  for n, directory in enumerate(itertools.cycle(${JSON.stringify(directories)})):
    with open(f"{directory}/f{n}", "wb", buffering=0) as file:
      for _ in range(16): total += file.write(b"x" * ${PAGE})
except OSError as error:
  print(total, error.errno == errno.ENOSPC)
`;

  test.each([
    ["/box", ["/box"]],
    ["/tmp", ["/tmp"]],
    ["/dev/shm", ["/dev/shm"]],
    ["/var/tmp", ["/var/tmp"]],
    ["/box, /tmp and /dev/shm together", ["/box", "/tmp", "/dev/shm"]],
  ])("%s: the program meets ENOSPC at the limit", async (_, directories) => {
    const { status, stdout } = await runPython(server, filling(...directories), { diskBytes });
    const [total, isNoSpace] = stdout.split(/\s/);
    expect({ status, isNoSpace }).toEqual({ status: "ok", isNoSpace: "True" });
    // The program's own file takes a page.
    expect(Number(total)).toBe(diskBytes - PAGE);
  });

  test("below the limit all of it is the program's, again and again", async () => {
    const code = `
import os
for _ in range(5):
  with open("/tmp/f", "wb") as file: file.write(b"x" * ${diskBytes - 2 * PAGE})
  os.remove("/tmp/f")
print("written")`;
    expect(await runPython(server, code, { diskBytes })).toMatchObject({ status: "ok", stdout: "written\n" });
  });

  test("files of the request that do not fit are the request's fault", async () => {
    const files = [
      { path: "main.py", content: "print('never')" },
      { path: "large", content: "x".repeat(MIB) },
    ];
    const result = await run(server, { language: "python", files, limits: { diskBytes: MIB } });
    expect(result).toMatchObject({
      status: "runtime_error",
      exitCode: null,
      message: `the files do not fit into ${MIB} bytes (diskBytes)`,
    });
  });

  test("files larger than the memory limit are memory", async () => {
    const files = [
      { path: "main.py", content: "print('never')" },
      ...Array.from({ length: 12 }, (_, n) => ({ path: `large${n}`, content: "x".repeat(MIB) })),
    ];
    const result = await run(server, { language: "python", files, limits: { memoryBytes: 8 * MIB } });
    expect(result.status).toBe("memory_limit_exceeded");
  });
});

describe("inodes", () => {
  const code = (...directories: string[]) => `
import errno, itertools, os
n = 0
try:
  for n, directory in enumerate(itertools.cycle(${JSON.stringify(directories)})):
    if n % 2: os.mkdir(f"{directory}/{n}")
    else: os.close(os.open(f"{directory}/{n}", os.O_CREAT | os.O_WRONLY))
except OSError as error:
  print(n, error.errno == errno.ENOSPC)
`;

  test.each([["/box"], ["/tmp"], ["/box", "/tmp", "/dev/shm"]])("16,384 in %s %s %s", async (...directories) => {
    // The program's own file is one of them.
    expect(await runPython(server, code(...directories), { cpuMs: 10_000 })).toMatchObject({
      status: "ok",
      stdout: "16383 True\n",
    });
  });
});

describe("open files", () => {
  const code = `
import errno, os
opened = []
try:
  while True: opened.append(os.dup(0))
except OSError as error:
  reason = error.errno
print(len(opened) + 3, reason == errno.EMFILE)
`;

  test.each([5, 64, 256, 4_096])("%i, standard input and outputs among them", async (openFiles) => {
    expect(await runPython(server, code, { openFiles })).toMatchObject({
      status: "ok",
      stdout: `${openFiles} True\n`,
    });
  });
});

describe("the size of a file", () => {
  const fileBytes = 100_000;
  const python = (bytes: number) => `
import errno
try:
  with open("/tmp/file", "wb", buffering=0) as file:
    written = file.write(b"x" * ${bytes})
    if written < ${bytes}: file.write(b"x")
  print("all")
except OSError as error:
  print(written, error.errno == errno.EFBIG)
`;

  test("at the limit is fine", async () => {
    expect((await runPython(server, python(fileBytes), { fileBytes })).stdout).toBe("all\n");
  });

  test("ends there with EFBIG for a program that ignores SIGXFSZ", async () => {
    expect((await runPython(server, python(fileBytes + 1), { fileBytes })).stdout).toBe(`${fileBytes} True\n`);
  });

  test("ends there with SIGXFSZ for a program that does not", async () => {
    const code = `#include <fcntl.h>
#include <unistd.h>
int main(void) { int fd = open("/tmp/file", O_CREAT | O_WRONLY, 0600); return lseek(fd, ${fileBytes}, SEEK_SET) < 0 || write(fd, "x", 1) < 0; }`;
    expect(await run(server, { language: "c", code, limits: { fileBytes } })).toMatchObject({
      status: "runtime_error",
      signal: "SIGXFSZ",
      message: "ended by SIGXFSZ",
    });
  });

  test("does not bound what is printed", async () => {
    expect((await runPython(server, "print('x' * 5000)", { fileBytes: 1 })).stdout.length).toBe(5_001);
  });
});

test("the host stayed well", async () => {
  const { slowestMs, beats } = await pulse.stop();
  expect(beats).toBeGreaterThan(5);
  expect(slowestMs).toBeLessThan(3_000);
});
