import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { startLauncherProcess } from "./launcher-process.ts";

/** A shell script in the supervisor's place. */
function startScript(script: string, readyTimeoutMs = 5_000) {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const started = startLauncherProcess({ path: "/bin/sh", args: ["-c", script], sources: [], log, readyTimeoutMs });
  return { started, lines };
}

const READY = "echo /run/x/launcher.sock 1900000000 1900000001";

it("says where the launcher listens and who may connect", async () => {
  const { started } = startScript(`${READY}; cat`);
  const launcher = await started;
  expect(launcher).toMatchObject({ socketPath: "/run/x/launcher.sock", uid: 1_900_000_000, gid: 1_900_000_001 });
  await launcher.stop();
  expect(await launcher.exited).toBe("exit code 0");
});

it("passes on what it says, line by line", async () => {
  const { started, lines } = startScript(`echo one >&2; echo two >&2; ${READY}; cat`);
  const launcher = await started;
  await launcher.stop();
  expect(lines).toEqual(["one", "two"]);
});

it("hands on that the launcher does not answer, as a byte; not when it has ended", async () => {
  const { started, lines } = startScript(`${READY}; read line; echo replaced >&2; cat`);
  const launcher = await started;
  launcher.replace();
  await launcher.stop();
  launcher.replace();
  expect(lines).toEqual(["replaced"]);
});

it("tells when it ends by itself", async () => {
  const { started } = startScript(`${READY}; kill -9 $$`);
  expect(await (await started).exited).toBe("SIGKILL");
});

it("inherits nothing of our environment", async () => {
  const { started, lines } = startScript(`/usr/bin/env | grep -v -e ^PWD -e ^SHLVL -e ^_ >&2; ${READY}; cat`);
  await (await started).stop();
  expect(lines).toEqual([]);
});

it("fails with its last words when it ends before it is ready", async () => {
  const { started } = startScript("echo no cgroup here >&2; exit 1");
  await expect(started).rejects.toThrow(
    "The supervisor ended before it was ready: exit code 1. It said: no cgroup here",
  );
});

it.each(["echo hello", "echo relative.sock 1 1", "echo /s 1", "head -c 2000 /dev/zero"])(
  "fails when it says something else: %s",
  async (words) => {
    await expect(startScript(`${words}; cat`).started).rejects.toThrow("The supervisor said");
  },
);

it("fails when it is not ready in time", async () => {
  await expect(startScript("cat", 50).started).rejects.toThrow("The supervisor was not ready within 50 ms.");
});

it("fails when it is not there", async () => {
  const started = startLauncherProcess({ path: "/nowhere/launcher", sources: [], log: () => undefined });
  await expect(started).rejects.toThrow("ENOENT");
});

it("does not keep this process alive for a child of its own that hangs", async () => {
  const module = fileURLToPath(new URL("launcher-process.ts", import.meta.url));
  const script = `
    import { startLauncherProcess } from ${JSON.stringify(module)};
    const args = ["-c", "sleep 60 & echo $! >&2; ${READY}; cat"];
    const launcher = await startLauncherProcess({ path: "/bin/sh", args, sources: [], log: (line) => console.log(line) });
    await launcher.stop();`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    timeout: 5_000,
  });
  process.kill(Number(stdout), "SIGKILL");
});

it("fails to stop one that does not end", async () => {
  const { started } = startScript(`${READY}; cat; sleep 0.3`);
  const launcher = await started;
  await expect(launcher.stop(20)).rejects.toThrow("The supervisor did not end within 20 ms.");
  await launcher.exited;
});
