import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { freeze, signal } from "../faults/holding.ts";
import { runPython } from "../support/client.ts";
import { WITHOUT_GROUPS } from "../support/control-groups.ts";
import { isRunning, readProcess } from "../support/processes.ts";
import { becomesReady, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";
import { findOrdinaryUser } from "./ordinary-user.ts";

// What a server leaves, or has its launcher leave, that does not end of itself.

test.each([
  ["in a group", {}],
  ["where there are none", { inside: WITHOUT_GROUPS, flags: ["--isolation", "reduced"] }],
])("a zygote that stands still ends with its launcher: %s", async (_where, options) => {
  const server = await startServer({ slots: 1, ...options });
  expect(await runPython(server, "print(6*7)")).toMatchObject({ stdout: "42\n" });
  const { pid } = await eventually("there is a zygote", () => server.instance.zygotes()[0] ?? null);
  try {
    await freeze(pid);
    process.kill(server.instance.launcherPid(), "SIGKILL");
    await eventually("it has ended", () => !isRunning(pid));
    await becomesReady(server);
  } finally {
    signal(pid, "SIGKILL");
    await server.stop();
  }
});

// It could do to the next server whatever that can do itself.
test("a process that a server has left keeps others from being this user's", async (context) => {
  if (findOrdinaryUser() !== null) return context.skip("an ordinary user's servers are that user");
  const first = await startServer({ slots: 1 });
  const uid = readProcess(first.instance.serverPid)?.uid ?? 0;
  const left = spawn("sleep", ["1000"], { uid, gid: uid, stdio: "ignore" });
  try {
    await once(left, "spawn");
    await first.stop();
    const next = await startServer({ slots: 1 });
    const { uid: another } = readProcess(next.instance.serverPid) ?? {};
    await next.stop();
    expect(another).not.toBe(uid);
  } finally {
    left.kill("SIGKILL");
  }
});
