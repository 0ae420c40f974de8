/** Major, minor and patch level, like 6.1.170. */
export type KernelVersion = readonly [major: number, minor: number, patch: number];

/** A hole that has been used to become root from an ordinary program, and for which there is a program that does. */
export interface KernelHole {
  readonly name: string;
  readonly cve: string;
  /** The first version that has it. */
  readonly since: KernelVersion;
  /** Of each line that was mended, the first version without it. Every version from the last one on is without it. */
  readonly mended: readonly KernelVersion[];
  /** What a box refuses that the hole cannot be reached without; null when a program in a box can reach it. */
  readonly closedBy: string | null;
}

/** Sources: the kernel's own announcements and change logs of the versions named; for 6.1 Debian's, which is where it is kept. */
const HOLES: readonly KernelHole[] = [
  {
    name: "a write past fs_context",
    cve: "CVE-2022-0185",
    since: [5, 1, 0],
    mended: [
      [5, 4, 173],
      [5, 10, 93],
      [5, 15, 16],
      [5, 16, 2],
    ],
    closedBy: "namespaces and mounts",
  },
  {
    name: "Dirty Pipe",
    cve: "CVE-2022-0847",
    since: [5, 8, 0],
    mended: [
      [5, 10, 102],
      [5, 15, 25],
      [5, 16, 11],
    ],
    closedBy: "splice",
  },
  {
    name: "StackRot",
    cve: "CVE-2023-3269",
    since: [6, 1, 0],
    mended: [
      [6, 1, 37],
      [6, 3, 11],
      [6, 4, 1],
    ],
    closedBy: null,
  },
  {
    name: "a double free in nf_tables",
    cve: "CVE-2024-1086",
    since: [3, 15, 0],
    mended: [
      [5, 15, 149],
      [6, 1, 76],
      [6, 6, 15],
      [6, 7, 3],
    ],
    closedBy: "namespaces",
  },
  {
    name: "Copy Fail",
    cve: "CVE-2026-31431",
    since: [4, 14, 0],
    mended: [
      [6, 1, 170],
      [6, 6, 137],
      [6, 12, 85],
      [6, 18, 22],
      [6, 19, 12],
    ],
    closedBy: "AF_ALG sockets and splice",
  },
  {
    name: "Dirty Frag",
    cve: "CVE-2026-43284",
    since: [4, 11, 0],
    mended: [
      [6, 1, 172],
      [6, 6, 138],
      [6, 12, 87],
      [6, 18, 28],
      [7, 0, 5],
    ],
    closedBy: "namespaces and splice",
  },
  {
    name: "Dirty Frag's second half",
    cve: "CVE-2026-43500",
    since: [5, 3, 0],
    mended: [
      [6, 1, 172],
      [6, 18, 29],
      [7, 0, 6],
    ],
    closedBy: "AF_RXRPC sockets and splice",
  },
];

/** The holes that a kernel of this version was released with. A distribution may have mended its own. */
export function holesOf(version: KernelVersion): KernelHole[] {
  return HOLES.filter(({ since, mended }) => {
    const line = mended.find(([major, minor]) => major === version[0] && minor === version[1]);
    const end = line ?? mended.at(-1);
    return end !== undefined && compare(version, since) >= 0 && compare(version, end) < 0;
  });
}

/**
 * The version of the kernel's source that a running kernel was made of.
 * @param banner the text of `/proc/version`. Debian's names keep one patch level for years; the package's version, further on in
 * the banner, has the true one.
 * @returns null when there is none to be seen.
 */
export function kernelVersionOf(banner: string): KernelVersion | null {
  const found = / Debian (\d+)\.(\d+)\.(\d+)/.exec(banner) ?? /^Linux version (\d+)\.(\d+)(?:\.(\d+))?/.exec(banner);
  if (found === null) return null;
  return [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}

function compare(a: KernelVersion, b: KernelVersion): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
