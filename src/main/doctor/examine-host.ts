import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { DEFAULT_RUN_LIMITS } from "../../domain/limits.ts";
import { architectures } from "../../sandbox/seccomp/architecture.ts";
import { findHostUser, giveIds, type HostUser } from "../host-user.ts";
import { StartError } from "../start-error.ts";
import { examinePower } from "./examine-container.ts";
import { degraded, type Finding, fail, pass } from "./finding.ts";

const MIB = 1024 * 1024;

/** Linux on a processor that there is a syscall filter for. */
export function examineSystem(platform: string, architecture: string): Finding {
  const is = `This is ${platform} on ${architecture}`;
  if (platform === "linux" && architectures.has(architecture)) return pass("system", `${is}.`);
  return fail("system", `${is}; boxes need Linux on ${[...architectures.keys()].join(" or ")}.`, null);
}

/**
 * Whether this process may do what boxes need: as root, or as a user who has ids to give to them.
 * @param status the text of `/proc/self/status`.
 * @param findUser says who makes boxes here. @throws {StartError}
 */
export function examineUser(status: string, findUser: () => HostUser = findHostUser): Finding {
  let user: HostUser;
  try {
    user = findUser();
  } catch (error) {
    if (error instanceof StartError) return fail("user", `${error.message}.`, null);
    throw error;
  }
  if (user.kind === "root") return examinePower(status);
  const { uid, ids } = user;
  if (ids.count > 0) {
    const reason = `This is user ${uid}, with ${ids.count} subordinate ids: boxes are made in a user namespace of its own.`;
    return pass("user", reason);
  }
  const reason = `This is user ${uid}, without subordinate ids: boxes and the server share one id, and what is held apart by ids is not.`;
  return degraded("user", reason, `sudo sh -c '${giveIds(uid)}'`);
}

/** Whether the kernel makes all the namespaces of a box, by making them. */
export async function examineNamespaces(): Promise<Finding> {
  const kinds = ["user", "mount", "pid", "net", "ipc", "uts", "cgroup"];
  const flags = kinds.map((kind) => `--${kind}`);
  try {
    await promisify(execFile)("/usr/bin/unshare", [...flags, "--fork", "/usr/bin/true"], { env: {} });
    return pass("namespaces", `The kernel makes namespaces: ${kinds.join(", ")}.`);
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT")
      return pass("namespaces", "There is no unshare to try them alone with; the box is the trial.");
    const said = stderr?.trim() || String(error);
    return fail("namespaces", `The kernel makes no namespaces: ${said}.`, allowNamespaces(readSetting));
  }
}

/** What makes a host let everybody, or anybody, have namespaces, by the setting that is in the way. */
export function allowNamespaces(read: (name: string) => string | null): string {
  if (read("kernel/unprivileged_userns_clone") === "0") return "sysctl -w kernel.unprivileged_userns_clone=1";
  if (read("kernel/apparmor_restrict_unprivileged_userns") === "1")
    return "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
  return "sysctl -w user.max_user_namespaces=15000";
}

function readSetting(name: string): string | null {
  try {
    return readFileSync(`/proc/sys/${name}`, "latin1").trim();
  } catch {
    return null; // a kernel without it is not held back by it
  }
}

/**
 * Whether the memory of this host goes round.
 * @param options.slots how many programs are to run at once.
 * @param options.boxBytes what all boxes together may use.
 */
export function examineMemory({ slots, boxBytes }: { readonly slots: number; readonly boxBytes: number }): Finding {
  const each = DEFAULT_RUN_LIMITS.memoryBytes;
  const fitting = Math.floor(boxBytes / each);
  const facts = `Boxes may use ${Math.floor(boxBytes / MIB)} MiB, enough for ${fitting} programs of ${each / MIB} MiB at once`;
  if (fitting >= slots) return pass("memory", `${facts}; there are ${slots} slots.`);
  return degraded(
    "memory",
    `${facts}, but there are ${slots} slots.`,
    `millrace serve --slots ${Math.max(1, fitting)}`,
  );
}
