import type { Limits } from "../../domain/limits.ts";
import type { Status } from "../../domain/outcome.ts";
import type { BoxFile } from "../../sandbox/sandbox.ts";

const MIB = 1024 * 1024;

/** A program that shows, by running, that boxes are made and hold. */
export interface Trial {
  readonly check: string;
  /** What the shell is given. */
  readonly script: string;
  readonly files?: readonly BoxFile[];
  readonly limits?: Partial<Limits>;
  /** How it may end if the box holds. */
  readonly expected: readonly Status[];
  /** What it shows then. */
  readonly shows: string;
  /** What it comes to if the box does not; a failure by default. */
  readonly otherwise?: "degraded";
}

/** A trial whose commands print what they got that they should not have; it ends well when that is nothing. */
function attempt(check: string, shows: string, commands: string, files: readonly BoxFile[] = []): Trial {
  const script = `got=$( { ${commands.trim()}\n} 2>/dev/null ); printf %s "$got"; [ -z "$got" ]`;
  // However slow the host is: that is not what it is about.
  const limits = { cpuMs: 20_000, wallMs: 30_000 };
  return { check, script, files, limits, expected: ["ok"], shows };
}

/** A 32-bit program for x86: `int 0x80` with call 1, exit, and status 7. */
function program32(): Uint8Array {
  const code = Buffer.from([0xb8, 1, 0, 0, 0, 0xbb, 7, 0, 0, 0, 0xcd, 0x80]);
  const [header, segment, base] = [52, 32, 0x08048000];
  const size = header + segment + code.length;
  const file = Buffer.alloc(header + segment);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  // Executable, 386, version 1; then the entry point, and where program headers begin.
  [2 | (3 << 16), 1, base + header + segment, header].forEach((word, index) => {
    file.writeUInt32LE(word, 16 + 4 * index);
  });
  [header, segment, 1].forEach((half, index) => {
    file.writeUInt16LE(half, 40 + 2 * index);
  });
  // One segment: to be loaded from 0 to `base`, its sizes, readable and executable, in pages.
  [1, 0, base, base, size, size, 5, 0x1000].forEach((word, index) => {
    file.writeUInt32LE(word, header + 4 * index);
  });
  return Buffer.concat([file, code]);
}

/** 128 and SIGSYS, which the filter kills with; and what the shell says of a file that the kernel does not run. */
const [KILLED, NOT_RUN] = [128 + 31, 126];

const TABLE_32: Trial = attempt(
  "32-bit programs",
  "A program of another table of system calls is not run, or killed",
  `(./old); [ $? = ${KILLED} ] || [ $? = ${NOT_RUN} ] || echo "it ran"`,
  [{ path: "old", content: program32(), mode: 0o755 }],
);

const PROCESSES: Trial = attempt(
  "processes",
  "A program sees and signals no process but its own",
  `
[ -e /proc/1 ] && echo "sees pid 1"
kill -0 1 && echo "may signal pid 1"
for path in /proc/[0-9]*; do [ ! -e $path ] || [ -O $path ] || echo "sees $path"; done`,
);

/**
 * In this order: what comes later says little if an earlier one fails.
 * @param options.hasOneId whether programs have the id of everything else in their box.
 */
export function boxTrials(architecture: string, { hasOneId = false } = {}): readonly Trial[] {
  return [
    { check: "box", script: "exit 0", expected: ["ok"], shows: "A program runs in a box" },
    attempt(
      "power",
      "A program is user 1000 with no capability, behind a filter",
      `
[ "$(id -u):$(id -g):$(id -G)" = 1000:1000:1000 ] || id
grep '^Cap' /proc/self/status | grep -v ':[[:space:]]*0*$'
for line in 'NoNewPrivs:\t1' 'Seccomp:\t2'; do grep -qxF "$(printf "$line")" /proc/self/status || echo "no $line"; done`,
    ),
    attempt(
      "files",
      "A program sees no file of the host but its tools, and writes only to what is its own",
      `
for path in /etc/shadow /etc/ssh /root/.ssh /root/.bashrc /boot /run /sys /var/lib /var/log; do
  [ -e $path ] && echo "sees $path"
done
for path in /. /usr /usr/bin /usr/lib /etc /dev /proc/sys/kernel; do (: > $path/doctor) && echo "writes to $path"; done`,
    ),
    {
      ...PROCESSES,
      ...(hasOneId ? { otherwise: "degraded" } : {}),
    },
    attempt(
      "network",
      "A program has a loopback and no other network",
      `
tail -n +2 /proc/net/route
grep -B1 'host LOCAL' /proc/net/fib_trie | grep -o '[0-9.]\\{7,\\}' | grep -v '^127\\.'
grep -v ' lo$' /proc/net/if_inet6`,
    ),
    attempt(
      "administration",
      "A program makes no namespace and no mount",
      `
for kind in user mount pid net; do unshare --$kind true && echo "made a namespace: $kind"; done
mount -t tmpfs none /tmp && echo "mounted"
chroot /tmp / && echo "changed its root"`,
    ),
    ...(architecture === "x64" ? [TABLE_32] : []),
    {
      check: "memory limit",
      script: "x=xxxxxxxx; while :; do x=$x$x; done",
      limits: { memoryBytes: 32 * MIB },
      expected: ["memory_limit_exceeded"],
      shows: "A program that takes too much memory is killed",
    },
    {
      check: "cpu limit",
      script: "while :; do :; done",
      limits: { cpuMs: 100 },
      expected: ["time_limit_exceeded"],
      shows: "A program that takes too much processor time is killed",
    },
    {
      check: "wall limit",
      script: "sleep 30",
      limits: { wallMs: 200 },
      expected: ["time_limit_exceeded"],
      shows: "A program that takes too long is killed",
    },
    {
      check: "output limit",
      script: "while :; do echo many words; done",
      limits: { outputBytes: 65_536 },
      expected: ["output_limit_exceeded"],
      shows: "A program that says too much is killed",
    },
    {
      check: "disk limit",
      script: "! head -c 16777216 /dev/zero > /tmp/much",
      limits: { diskBytes: 4 * MIB },
      expected: ["ok"],
      shows: "A program that writes too much is refused it",
    },
    {
      check: "process limit",
      script: "for n in 1 2 3 4 5 6 7 8; do sleep 5 & done; wait",
      limits: { processes: 4 },
      expected: ["runtime_error"],
      shows: "A program that starts too many processes is refused them",
    },
    {
      check: "fork bomb",
      script: "bomb() { bomb | bomb & }; bomb; sleep 1; (sleep 60 &); echo left > /tmp/left; echo left > left",
      limits: { processes: 16, cpuMs: 500, wallMs: 3_000 },
      expected: ["ok", "runtime_error", "time_limit_exceeded"],
      shows: "A program that does nothing but start others ends when its time is over",
    },
    attempt("leftovers", "Nothing of one program is there for the next", "ls -A /tmp /dev/shm . | grep left"),
  ];
}
