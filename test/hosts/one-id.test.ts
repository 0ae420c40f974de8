import { spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** A user of whom the host knows nothing: not a subordinate id. */
const UID = 54_321;

let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "millrace-one-id-"));
  chownSync(home, UID, UID);
});

afterAll(() => rmSync(home, { recursive: true }));

function runAsUser(...command: readonly string[]) {
  const become = ["--reuid", String(UID), "--regid", String(UID), "--clear-groups"];
  // What root has prepared already is as good.
  const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: home, XDG_CACHE_HOME: "/var/cache" };
  return spawnSync("setpriv", [...become, ...command], { env, encoding: "utf8", timeout: 100_000 });
}

// Whoever could open what pid 1 has open could hold its life line, and outlive the run.
test("where pid 1 and the program are one user, the program neither sees pid 1 nor looks into it", (context) => {
  if (runAsUser("test", "-r", "src/cli/millrace.ts").status !== 0)
    return context.skip(`user ${UID} cannot read this folder`);
  if (runAsUser("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "true").status !== 0)
    return context.skip("this host lets no ordinary user make namespaces");
  const { stdout } = runAsUser(process.execPath, "src/cli/millrace.ts", "doctor", "--isolation", "reduced");
  expect(stdout).toMatch(/^DEGRADED {2}user .* without subordinate ids/m);
  expect(stdout).toMatch(/^PASS +box /m);
  expect(stdout).toMatch(/^DEGRADED {2}processes .*\(exit code 1; may signal pid 1\)/m);
}, 120_000);
