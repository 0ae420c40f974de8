import { type Finding, fail, pass } from "./finding.ts";

/** What the launcher keeps of root's power, by number, and what for. Containers have all of it by default but two. */
const CAPABILITIES: readonly (readonly [number: number, name: string])[] = [
  [0, "CHOWN"],
  [1, "DAC_OVERRIDE"],
  [3, "FOWNER"],
  [5, "KILL"],
  [6, "SETGID"],
  [7, "SETUID"],
  [8, "SETPCAP"],
  [18, "SYS_CHROOT"],
  [19, "SYS_PTRACE"],
  [21, "SYS_ADMIN"],
  [27, "MKNOD"],
];

/**
 * Whether a root has the power that making boxes takes; one in a container may not.
 * @param status the text of `/proc/self/status`.
 */
export function examinePower(status: string): Finding {
  const permitted = BigInt(`0x${/^CapPrm:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  const missing = CAPABILITIES.filter(([number]) => !((permitted >> BigInt(number)) & 1n)).map(([, name]) => name);
  if (missing.length === 0) return pass("root", "This is root, and may mount and make namespaces.");
  const flags = missing.map((name) => `--cap-add ${name}`).join(" ");
  const reason = `This root may not do all that root does, as in a container. What is missing: ${missing.join(", ")}.`;
  return fail("root", reason, `docker run ${flags} …`);
}

/** Where the kernel itself has left an empty directory for a mount, which hides nothing. */
const MOUNT_POINTS = new Set(["/proc/sys/fs/binfmt_misc", "/proc/fs/nfsd"]);

/**
 * Whether a box can have a `/proc` of its own. The kernel refuses one to whoever sees another with parts hidden.
 * @param mountInfo the text of `/proc/self/mountinfo`.
 */
export function examineProc(mountInfo: string): Finding {
  const points = mountInfo.split("\n").flatMap((line) => line.split(" ")[4] ?? []);
  const masks = points.filter((point) => point.startsWith("/proc/") && !MOUNT_POINTS.has(point));
  if (masks.length === 0) return pass("proc", "Boxes can have a /proc of their own.");
  const reason = `Parts of /proc are hidden, as in a container (${masks.slice(0, 3).join(", ")}): boxes cannot have one of their own.`;
  return fail("proc", reason, "docker run --security-opt systempaths=unconfined …");
}
