import { readdirSync, readFileSync } from "node:fs";
import { degraded, type Finding, pass, warn } from "./finding.ts";
import { holesOf, kernelVersionOf } from "./kernel-holes.ts";

const UPDATE = "apt-get update && apt-get full-upgrade && reboot";

/** What of the host is looked at; a test brings its own. */
export interface HostFiles {
  /** @returns null for a file that is not there, or not for us. */
  read(path: string): string | null;
  /** Names in a directory; none when it is not there. */
  list(path: string): readonly string[];
}

const thisHost: HostFiles = {
  read(path) {
    try {
      return readFileSync(path, "latin1");
    } catch {
      // Which of these a host has depends on its kernel; what cannot be read warns of nothing.
      return null;
    }
  },
  list(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
};

/** One setting of the host. */
interface Setting {
  readonly check: string;
  readonly isWeak: (host: HostFiles) => boolean;
  /** Said when it is weak, and when it is not. */
  readonly weak: string;
  readonly fine: string;
  readonly remedy: string;
}

function isSet(path: string, ...weak: readonly string[]): Setting["isWeak"] {
  return ({ read }) => weak.includes(read(path)?.trim() ?? "");
}

const SETTINGS: readonly Setting[] = [
  {
    check: "swap",
    isWeak: ({ read }) => (read("/proc/swaps")?.trim().split("\n").length ?? 0) > 1,
    weak: "Swap is on. Boxes get none, but the server may be paged out, with the programs and results that it holds.",
    fine: "There is no swap.",
    remedy: "swapoff -a",
  },
  {
    check: "smt",
    isWeak: isSet("/sys/devices/system/cpu/smt/active", "1"),
    weak: "Two threads share a core (SMT): programs in different boxes can time each other there.",
    fine: "No two threads share a core.",
    remedy: "echo off > /sys/devices/system/cpu/smt/control",
  },
  {
    check: "tiocsti",
    isWeak: isSet("/proc/sys/dev/tty/legacy_tiocsti", "1"),
    weak: "Programs may put words into their terminal's mouth (TIOCSTI). Boxes refuse it; the host does not.",
    fine: "No program puts words into its terminal's mouth.",
    remedy: "sysctl -w dev.tty.legacy_tiocsti=0",
  },
  {
    check: "crashes",
    isWeak: ({ read }) => /^[|@]/.test(read("/proc/sys/kernel/core_pattern") ?? ""),
    weak: "Programs that crash are handed to one of the host's root (core_pattern), those in boxes too, whatever their limit.",
    fine: "A crash starts no program of the host.",
    remedy: "sysctl -w kernel.core_pattern=core",
  },
  {
    check: "links",
    isWeak: (host) =>
      isSet("/proc/sys/fs/protected_symlinks", "0")(host) || isSet("/proc/sys/fs/protected_hardlinks", "0")(host),
    weak: "Links that others leave in a shared directory like /tmp are followed, by root too.",
    fine: "Links that others leave in a shared directory are not followed.",
    remedy: "sysctl -w fs.protected_symlinks=1 fs.protected_hardlinks=1",
  },
  {
    check: "ksm",
    isWeak: isSet("/sys/kernel/mm/ksm/run", "1"),
    weak: "The kernel merges equal pages (KSM), and writing to one takes longer: that tells what others have.",
    fine: "Equal pages are not merged.",
    remedy: "echo 2 > /sys/kernel/mm/ksm/run",
  },
];

/** Facts of the host that make boxes weaker than they could be: what one wall less would let through. */
export function examineWeaknesses(host: HostFiles = thisHost): Finding[] {
  return [
    examineKernel(host),
    examineProcessor(host),
    ...SETTINGS.map(({ check, isWeak, weak, fine, remedy }) =>
      isWeak(host) ? warn(check, weak, remedy) : pass(check, fine),
    ),
  ];
}

function examineKernel({ read }: HostFiles): Finding {
  const version = kernelVersionOf(read("/proc/version") ?? "");
  if (version === null) return warn("kernel", "The kernel's version cannot be told, so nor can its holes.", null);
  const is = `Linux ${version.join(".")}`;
  const holes = holesOf(version);
  if (holes.length === 0) return pass("kernel", `${is} has none of the holes that the doctor knows.`);
  const unless = "unless its distribution has mended it";
  const open = holes.filter(({ closedBy }) => closedBy === null);
  const names = (open.length > 0 ? open : holes).map(({ name, cve }) => `${name} (${cve})`).join(", ");
  if (open.length > 0)
    return degraded("kernel", `A program in a box can become root of ${is} by ${names}, ${unless}.`, UPDATE);
  const refused = [...new Set(holes.flatMap(({ closedBy }) => closedBy ?? []))].join("; ");
  return warn("kernel", `${is} has ${names}, ${unless}. A box refuses what they need: ${refused}.`, UPDATE);
}

const VULNERABILITIES = "/sys/devices/system/cpu/vulnerabilities";

function examineProcessor({ read, list }: HostFiles): Finding {
  const open = list(VULNERABILITIES).filter((name) => read(`${VULNERABILITIES}/${name}`)?.startsWith("Vulnerable"));
  if (open.length === 0) return pass("processor", "The kernel knows no hole of this processor that it does not close.");
  const names = open.toSorted().join(", ");
  const reason = `By the kernel's word a program may read what is not its own through holes of this processor: ${names}.`;
  // Microcode is a matter of x86, whose processors name their vendor.
  const hasMicrocode = read("/proc/cpuinfo")?.includes("vendor_id") ?? false;
  return warn("processor", reason, hasMicrocode ? "apt-get install intel-microcode amd64-microcode && reboot" : UPDATE);
}
