import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { execute } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";
import { expectCalm } from "./healing.ts";

// Somebody sets the host's clock while programs run. That of the server alone is shifted: others use this host too.

const DAY_S = 86_400;

let directory: string;
let shiftFile: string;
let server: RunningServer;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "millrace-clock-"));
  shiftFile = join(directory, "shift");
  writeFileSync(shiftFile, Buffer.alloc(8));
  const source = fileURLToPath(new URL("shifts-clock.c", import.meta.url));
  const library = join(directory, "shifts-clock.so");
  execFileSync("/usr/bin/gcc", ["-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"]);
  server = await startServer({ slots: 1, env: { LD_PRELOAD: library, SHIFT_FILE: shiftFile } });
});

afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

function setShift(seconds: number): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(seconds));
  writeFileSync(shiftFile, bytes, { flag: "r+" });
}

/** By what the server writes into its log. */
function lastLogDay(): number {
  const times = [...server.output().matchAll(/"time":"([^"]+)"/g)].map(([, time]) => Date.parse(String(time)));
  return Math.round(((times.at(-1) ?? 0) - Date.now()) / 1000 / DAY_S);
}

test.each([1, -1, 400, 0])("to %i days from now: no limit is met early or late, no time is wrong", async (days) => {
  const code = "import time; print('begun', flush=True); time.sleep(1); print('ended')";
  const running = execute(server, { language: "python", code, args: ["sleeps"], limits: { wallMs: 20_000 } });
  await eventually("it runs", () => server.instance.findProgram("sleeps"));
  const waiting = execute(server, { language: "python", code: "while True: pass", limits: { cpuMs: 200 } });

  setShift(days * DAY_S);

  const [ran, waited] = [await running, await waiting];
  expect(ran.run).toMatchObject({ status: "ok", stdout: "begun\nended\n" });
  expect(waited.status).toBe("time_limit_exceeded");
  for (const { queuedMs, totalMs } of [ran, waited]) {
    expect(queuedMs).toBeGreaterThanOrEqual(0);
    expect(totalMs).toBeGreaterThan(queuedMs);
    expect(totalMs).toBeLessThan(60_000);
  }
  await eventually("the log has the new time", () => lastLogDay() === days);
  await expectCalm(server);
});
