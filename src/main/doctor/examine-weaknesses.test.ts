import { expect, test } from "vitest";
import { examineWeaknesses } from "./examine-weaknesses.ts";

const STRONG: Readonly<Record<string, string>> = {
  "/proc/version": "Linux version 6.18.44 (a@b)\n",
  "/proc/swaps": "Filename\tType\tSize\tUsed\tPriority\n",
  "/sys/devices/system/cpu/smt/active": "0\n",
  "/proc/sys/dev/tty/legacy_tiocsti": "0\n",
  "/proc/sys/kernel/core_pattern": "core\n",
  "/proc/sys/fs/protected_symlinks": "1\n",
  "/proc/sys/fs/protected_hardlinks": "1\n",
  "/sys/kernel/mm/ksm/run": "0\n",
  "/sys/devices/system/cpu/vulnerabilities/meltdown": "Not affected\n",
  "/sys/devices/system/cpu/vulnerabilities/srso": "Mitigation: Safe RET\n",
};

function examine(changes: Readonly<Record<string, string>>) {
  const files = { ...STRONG, ...changes };
  return examineWeaknesses({
    read: (path) => files[path] ?? null,
    list: (path) =>
      Object.keys(files).flatMap((file) => (file.startsWith(`${path}/`) ? file.slice(path.length + 1) : [])),
  });
}

test("a host without weaknesses passes", () => {
  expect(examine({}).map(({ verdict }) => verdict)).toEqual(Array(8).fill("pass"));
});

test("a host of which nothing can be read is warned of its kernel alone", () => {
  const findings = examineWeaknesses({ read: () => null, list: () => [] });
  expect(findings.filter(({ verdict }) => verdict !== "pass").map(({ check }) => check)).toEqual(["kernel"]);
});

test.each<[string, string, string, string]>([
  ["swap", "/proc/swaps", "Filename\tType\n/dev/sda2\tpartition\n", "swapoff -a"],
  ["smt", "/sys/devices/system/cpu/smt/active", "1\n", "echo off > /sys/devices/system/cpu/smt/control"],
  ["tiocsti", "/proc/sys/dev/tty/legacy_tiocsti", "1\n", "sysctl -w dev.tty.legacy_tiocsti=0"],
  ["crashes", "/proc/sys/kernel/core_pattern", "|/usr/share/apport/apport %p\n", "sysctl -w kernel.core_pattern=core"],
  ["crashes", "/proc/sys/kernel/core_pattern", "@/run/coredump.socket\n", "sysctl -w kernel.core_pattern=core"],
  ["links", "/proc/sys/fs/protected_hardlinks", "0\n", "sysctl -w fs.protected_symlinks=1 fs.protected_hardlinks=1"],
  ["links", "/proc/sys/fs/protected_symlinks", "0\n", "sysctl -w fs.protected_symlinks=1 fs.protected_hardlinks=1"],
  ["ksm", "/sys/kernel/mm/ksm/run", "1\n", "echo 2 > /sys/kernel/mm/ksm/run"],
])("%s is warned of, with what mends it: %s", (check, path, text, remedy) => {
  const weak = examine({ [path]: text }).filter(({ verdict }) => verdict !== "pass");
  expect(weak).toEqual([{ check, verdict: "warn", reason: expect.stringMatching(/\.$/), remedy }]);
});

test.for([
  ["x86", "vendor_id\t: AuthenticAMD\n", "microcode"],
  ["arm64", "CPU implementer\t: 0x41\n", "full-upgrade"],
])(
  "holes of the processor are named that the kernel does not close, with what closes them: %s",
  ([, cpuinfo, remedy]) => {
    const findings = examine({
      "/proc/cpuinfo": cpuinfo as string,
      "/sys/devices/system/cpu/vulnerabilities/srso": "Vulnerable: no microcode\n",
    });
    expect(findings).toContainEqual({
      check: "processor",
      verdict: "warn",
      reason: expect.stringContaining("processor: srso."),
      remedy: expect.stringContaining(remedy as string),
    });
  },
);

test("a hole of the kernel that boxes close is warned of; one that they do not degrades", () => {
  expect(examine({ "/proc/version": "Linux version 6.18.20 (a@b)\n" })[0]).toMatchObject({
    verdict: "warn",
    reason: expect.stringContaining("Copy Fail (CVE-2026-31431)"),
  });
  expect(examine({ "/proc/version": "Linux version 6.4.0 (a@b)\n" })[0]).toMatchObject({
    verdict: "degraded",
    reason: expect.stringMatching(
      /^A program in a box can become root of Linux 6\.4\.0 by StackRot \(CVE-2023-3269\), /,
    ),
  });
});
