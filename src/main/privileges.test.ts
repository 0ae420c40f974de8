import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const module = fileURLToPath(new URL("privileges.ts", import.meta.url));

/** Runs a script in a process of its own: what it gives up is gone for good. */
async function runScript(script: string) {
  const source = `import { dropPrivileges, verifyIdentity } from ${JSON.stringify(module)};\n${script}`;
  return promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source]).catch(
    (error: unknown) => error as { stderr: string },
  );
}

describe.skipIf(process.getuid?.() !== 0)("dropPrivileges", () => {
  it("becomes someone else, without groups or a way back", async () => {
    const { stderr, ...rest } = await runScript(`
      process.setgroups([4, 5]);
      dropPrivileges({ uid: 1234, gid: 1235 });
      const denied = (action) => { try { action(); return false; } catch { return true; } };
      console.log(JSON.stringify({
        ids: [process.getuid(), process.geteuid(), process.getgid(), process.getegid(), process.getgroups()],
        denied: [denied(() => process.setuid(0)), denied(() => process.setgid(0)), denied(() => process.setgroups([0]))],
      }));
    `);
    expect(stderr).toBe("");
    expect(JSON.parse("stdout" in rest ? String(rest.stdout) : "")).toEqual({
      ids: [1234, 1234, 1235, 1235, [1235]],
      denied: [true, true, true],
    });
  });

  it.each([
    ["nothing was given up", "", "Uid"],
    [
      "only the effective user was changed",
      "process.setgroups([]); process.setgid(1235); process.seteuid(1234);",
      "Uid",
    ],
    ["the group stayed", "process.setgroups([]); process.setuid(1234);", "Gid"],
    ["a supplementary group stayed", "process.setgroups([4]); process.setgid(1235); process.setuid(1234);", "Groups"],
  ])("notices that %s", async (_what, script, field) => {
    const { stderr } = await runScript(`${script}\nverifyIdentity({ uid: 1234, gid: 1235 });`);
    expect(stderr).toContain(`The server has ${field} `);
  });
});
