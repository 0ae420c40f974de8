import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { DEFAULT_RUN_LIMITS } from "../../domain/limits.ts";
import { architectures } from "../../sandbox/seccomp/architecture.ts";
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
 * Whether this process may do what boxes need.
 * @param status the text of `/proc/self/status`.
 */
export function examineRoot(status: string): Finding {
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1];
  if (uid !== "0") {
    return fail("root", `This is user ${uid}, not root; what only root can try was not tried.`, "sudo millrace doctor");
  }
  return examinePower(status);
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
    return fail("namespaces", `The kernel makes no namespaces: ${said}.`, "sysctl -w user.max_user_namespaces=15000");
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
