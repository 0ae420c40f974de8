import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runPython } from "../support/client.ts";
import { listProcesses } from "../support/processes.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { findObstacle, findOrdinaryUser, prepareOrdinaryUser } from "./ordinary-user.ts";

const obstacle = findObstacle();
const isPrepared = findOrdinaryUser() !== null;
let remove: (() => void) | undefined;
let server: RunningServer | undefined;

beforeAll(async () => {
  if (obstacle !== null) return;
  if (!isPrepared) remove = prepareOrdinaryUser();
  server = await startServer({ slots: 1 });
});

afterAll(async () => {
  await server?.stop();
  remove?.();
});

test("an ordinary user's server runs programs, within limits", async (context) => {
  if (server === undefined) return context.skip(String(obstacle));
  expect(await runPython(server, "print(6*7)")).toMatchObject({ status: "ok", stdout: "42\n" });
  expect(await runPython(server, "bytearray(1 << 27)", { memoryBytes: 1 << 26 })).toMatchObject({
    status: "memory_limit_exceeded",
  });
  expect(await runPython(server, "while True: pass", { cpuMs: 100 })).toMatchObject({ status: "time_limit_exceeded" });
});

test("its boxes have subordinate ids: neither root's, nor the user's", async (context) => {
  if (server === undefined) return context.skip(String(obstacle));
  const user = findOrdinaryUser();
  const inBoxes = server.instance.boxProcesses();
  expect(inBoxes.length).toBeGreaterThan(0);
  const isInside = (uid: number) => uid !== 0 && uid !== user?.uid;
  expect(inBoxes.every(({ uid }) => isInside(uid))).toBe(true);
});

test("nothing that it has started has a capability of the host's", async (context) => {
  if (server === undefined) return context.skip(String(obstacle));
  const { serverPid, supervisorPid } = server.instance;
  const hosts = readFileSync("/proc/self/uid_map", "latin1");
  const own = listProcesses().filter(({ pid, parentPid }) => pid === supervisorPid || parentPid === supervisorPid);
  expect(own.length).toBeGreaterThan(1);
  for (const { pid } of own) expect(readFileSync(`/proc/${pid}/uid_map`, "latin1")).not.toBe(hosts);
  expect(readFileSync(`/proc/${serverPid}/status`, "latin1")).toMatch(/^CapPrm:\s+0+$/m);
});
