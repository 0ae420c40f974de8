import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import type { RunResponse } from "../../src/protocol/execution-response.ts";
import { makeOwnUsr } from "../faults/own-usr.ts";
import { run } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";

const WARM_TIMEOUT_MS = 90_000;

// Modules that the host has not: NumPy's shared random numbers and its threads, and some that do what none may that is loaded ahead.
const usr = makeOwnUsr(`
here=$PWD
cd /usr/lib/python3/dist-packages
mkdir -p numpy
cat > numpy/__init__.py <<'END'
from . import random
import os, threading, time
if os.environ.get("OPENBLAS_NUM_THREADS") != "1": threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
END
cat > numpy/random.py <<'END'
import random as own
numbers = own.Random(1)
def seed(): numbers.seed()
def rand(): return numbers.random()
END
echo 'import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()' > leaves_thread.py
echo 'import os; left = os.open("/", os.O_RDONLY)' > leaves_file.py
cd "$here"
`);

let server: RunningServer;

beforeAll(async () => {
  const flags = ["--preload", "python:decimal,python:asyncio,python:random,python:numpy"];
  server = await startServer({ slots: 2, inside: usr.inside, flags });
});

afterAll(async () => {
  await server?.stop();
  usr.close();
});

const python = (code: string, rest: Partial<ExecutionRequest> = {}) =>
  run(server, { language: "python", code, ...rest });

function warmRun(code: string, rest: Partial<ExecutionRequest> = {}): Promise<RunResponse> {
  const look = async () => {
    const found = await python(code, rest);
    return found.warm && found;
  };
  return eventually("a run is warm", look, WARM_TIMEOUT_MS);
}

const LOADED =
  "import sys; print(*[name for name in ('decimal', 'asyncio', 'numpy', 'tkinter') if name in sys.modules])";

test("a warm run finds the modules loaded, and a cold one loads them itself", async () => {
  expect(await warmRun(LOADED)).toMatchObject({ status: "ok", stdout: "decimal asyncio numpy\n", stderr: "" });
  expect(await python(LOADED, { args: ["cold"] })).toMatchObject({ status: "ok", stdout: "\n", warm: false });
});

test("what was loaded works as if it had just been: threads, loops, logs, forks", async () => {
  const code = `
import asyncio, decimal, logging, os, threading
assert decimal.Decimal(1) / 3 * 3 != 1
async def main(): return await asyncio.to_thread(lambda: threading.current_thread().name != "MainThread")
assert asyncio.run(main())
thread = threading.Thread(target=logging.warning, args=("from a thread",)); thread.start(); thread.join()
child = os.fork()
if child == 0: logging.warning("from a child"); os._exit(0)
print(os.waitpid(child, 0)[1], threading.active_count(), len(os.listdir("/proc/self/fd")))
`;
  expect(await warmRun(code)).toMatchObject({
    status: "ok",
    stdout: "0 1 4\n",
    stderr: "WARNING:root:from a thread\nWARNING:root:from a child\n",
  });
});

test("random numbers are each run's own", async () => {
  const drawn = new Set<string>();
  const count = 6;
  for (let index = 0; index < count; index++) {
    const { stdout } = await warmRun("import random, numpy, tempfile; print(random.random(), numpy.random.rand())");
    for (const number of stdout.trim().split(" ")) drawn.add(number);
  }
  expect(drawn.size).toBe(2 * count);
});

test("a file that could stand in for a module is found, as in a cold run; other files do not matter", async () => {
  const code = "import decimal; print(decimal.__file__)";
  const files = [{ path: "main.py", content: code }];
  const shadow = { path: "decimal.py", content: "" };
  for (let index = 0; index < 3; index++) {
    const shadowed = await run(server, { language: "python", files: [...files, shadow] });
    expect(shadowed).toMatchObject({ status: "ok", stdout: "/box/decimal.py\n", warm: false });
  }
  const look = () => run(server, { language: "python", files: [...files, { path: "data.txt", content: "" }] });
  await eventually("one with data is warm", async () => (await look()).warm, WARM_TIMEOUT_MS);
});

test("modules that are missing, or leave threads or files behind, are told before anything is served", async () => {
  const flags = ["--preload", "python:no_such_module,python:leaves_thread,python:decimal,python:leaves_file"];
  const starting = startServer({ slots: 1, inside: usr.inside, flags });
  await expect(starting).rejects.toThrow(
    /preload: python \S+ cannot load its modules ahead: no_such_module: ModuleNotFoundError: .*; leaves_thread leaves 1 more thread running; leaves_file leaves 1 more descriptor open/,
  );
});
