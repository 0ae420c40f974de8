import { spawnSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const UID = 1_000;
const FIRST_SUBORDINATE = 100_000;
const SUBORDINATES = 65_536;

const ROOT = "/sys/fs/cgroup";
const GROUP = `millrace-${UID}`;
const HIERARCHIES = ["memory", "pids", "cpu", "cpuacct"];

/** Where a test tells the next process that servers are to be an ordinary user's, and where that user's things are. */
const DIRECTORY_VARIABLE = "MILLRACE_TEST_ROOTLESS";

/** What an administrator has made for an ordinary user who runs servers. */
export interface OrdinaryUser {
  readonly uid: number;
  /** Put before a command, starts it as this user: in its groups, and with subordinate ids that nobody else gets to see. */
  readonly inside: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
  /** Sockets and locks of its servers. */
  readonly runtimeDirectory: string;
  /** Ids of the host that an instance's boxes have. */
  boxIds(instance: number): { readonly first: number; readonly last: number };
  /** Of the server with this supervisor. */
  instanceOf(supervisorPid: number): number;
}

/** Why there can be none on this host; null when there can. */
export function findObstacle(): string | null {
  if (!existsSync("/usr/bin/newuidmap")) return "there is no newuidmap: apt-get install uidmap";
  const readable = spawnSync("setpriv", [
    "--reuid",
    String(UID),
    "--clear-groups",
    "test",
    "-r",
    "src/cli/millrace.ts",
  ]);
  return readable.status === 0 ? null : `user ${UID} cannot read ${process.cwd()}`;
}

/** Null when servers are root's. */
export function findOrdinaryUser(): OrdinaryUser | null {
  const directory = process.env[DIRECTORY_VARIABLE];
  return directory === undefined || directory === "" ? null : describe(directory);
}

function describe(directory: string): OrdinaryUser {
  const runtimeDirectory = join(directory, "run", "millrace");
  return {
    uid: UID,
    inside: ["unshare", "--mount", "/bin/sh", "-c", BECOME, directory, String(UID), `${ROOT}/${GROUP}`],
    // What root has prepared already is as good.
    env: { HOME: directory, XDG_RUNTIME_DIR: join(directory, "run"), XDG_CACHE_HOME: "/var/cache" },
    flags: ["--compile-cache", "0"],
    runtimeDirectory,
    boxIds(instance) {
      const first = FIRST_SUBORDINATE + 1_024 * instance;
      return { first, last: first + 1_023 };
    },
    instanceOf(pid) {
      const links = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
      const number = links.map((link) => /\/(\d+)\.lock$/.exec(link)?.[1]).find((found) => found !== undefined);
      if (number === undefined) throw new Error(`Process ${pid} holds no instance's lock`);
      return Number(number);
    },
  };
}

/** Nobody else sees these ids given out: the files lie over the host's in a mount namespace of the server's own. */
const BECOME = `
mount --make-rprivate / && for file in passwd subuid subgid; do
  mount --bind "$0/$file" /etc/$file || exit
done
uid=$1 group=$2; shift 2
if [ -d "$group" ]; then
  echo $$ > "$group/cgroup.procs" || echo $$ > "$group/millrace.server/cgroup.procs" || exit
fi 2>/dev/null
exec setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"`;

/** Servers of one user find each other's places by these locks: all tests of this host share the directory. */
const DIRECTORY = join(tmpdir(), `millrace-rootless-${UID}`);

/** Makes what an administrator has to. @returns what removes it again, if no other test uses it. */
export function prepareOrdinaryUser(): () => void {
  mkdirSync(join(DIRECTORY, "run"), { recursive: true });
  for (const name of ["subuid", "subgid"])
    writeFileSync(join(DIRECTORY, name), `${UID}:${FIRST_SUBORDINATE}:${SUBORDINATES}\n`);
  // newuidmap asks for a name.
  writeFileSync(
    join(DIRECTORY, "passwd"),
    `${readFileSync("/etc/passwd", "utf8")}ordinary:x:${UID}:${UID}::/:/bin/sh\n`,
  );
  for (const path of [DIRECTORY, join(DIRECTORY, "run")]) chownSync(path, UID, UID);
  const groups = existsSync(`${ROOT}/cgroup.controllers`) ? [makeDelegatedGroup()] : HIERARCHIES.map(makeGroup);
  process.env[DIRECTORY_VARIABLE] = DIRECTORY;
  return () => {
    delete process.env[DIRECTORY_VARIABLE];
    const isInUse = existsSync(join(DIRECTORY, "run", "millrace"));
    if (isInUse) return;
    // Each of Vitest's projects prepares it, and one of them is the first to remove it.
    rmSync(DIRECTORY, { recursive: true, force: true });
    for (const group of groups) for (const path of [`${group}/millrace.server`, group]) removeEmpty(path);
  };
}

function removeEmpty(group: string): void {
  try {
    rmdirSync(group);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "EBUSY") throw error; // busy: another test's
  }
}

function makeGroup(controller: string): string {
  const path = `${ROOT}/${controller}/${GROUP}`;
  mkdirSync(path, { recursive: true });
  chownSync(path, UID, UID);
  return path;
}

/** As systemd delegates one. */
function makeDelegatedGroup(): string {
  const path = `${ROOT}/${GROUP}`;
  writeFileSync(`${ROOT}/cgroup.subtree_control`, "+memory +pids +cpu");
  mkdirSync(path, { recursive: true });
  for (const name of ["", "cgroup.procs", "cgroup.subtree_control", "cgroup.threads"])
    chownSync(join(path, name), UID, UID);
  return path;
}
