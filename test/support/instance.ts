import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type HostProcess, isRunning, listProcesses, readProcess } from "./processes.ts";

/** Where native/instance.c lets the ids of its instances begin, and how many each has. */
const FIRST_ID = 1_900_000_000;
const IDS_PER_INSTANCE = 1_024;

const CGROUP_ROOT = "/sys/fs/cgroup";

/** What one running server has on this host: processes, control groups, directories. Looked up anew by every call. */
export interface Instance {
  readonly serverPid: number;
  readonly supervisorPid: number;
  /** What tells the server of its keys file. */
  readonly followerPid: number;
  /** Which of the launchers there have been is the present one. */
  launcherPid(): number;
  /** Everything that runs in a box. */
  boxProcesses(): HostProcess[];
  /** The program of Python in a box whose only argument is this mark; null while there is none. */
  findProgram(mark: string): HostProcess | null;
  /** Interpreters outside of boxes that wait to give birth to warm processes. */
  zygotes(): HostProcess[];
  /** Whether files of this owner are a box's. */
  ownsFile(uid: number): boolean;
  /** Boxes that stand ready, run or are being removed. */
  countBoxes(): number;
  /** Processes and threads in all boxes together. */
  countTasks(): number;
  /** Memory that boxes use, bytes; what dead ones have left behind counts too. */
  boxMemoryBytes(): number;
  /** What of a run is still there: nothing when every box that exists stands ready, unused. */
  unrest(): string[];
  /** What is left on the host. To be asked when the server has ended. */
  remains(): string[];
}

/** @param serverPid a server that is ready. */
export function findInstance(serverPid: number): Instance {
  const workerUid = readProcess(serverPid)?.uid ?? -1;
  const number = (workerUid - FIRST_ID) / IDS_PER_INSTANCE;
  if (!Number.isInteger(number) || number < 0) throw new Error(`The server runs as ${workerUid}, no id of an instance`);
  const children = listProcesses().filter(({ parentPid }) => parentPid === serverPid);
  const isFollower = ({ commandLine }: HostProcess) => commandLine.includes(" follow ");
  const supervisor = children.find((child) => !isFollower(child));
  const followerPid = children.find(isFollower)?.pid ?? -1;
  if (supervisor === undefined) throw new Error("The server has no supervisor");
  const supervisorPid = supervisor.pid;

  /** The parent groups of all boxes, one for each controller. */
  function parentGroups(): string[] {
    const hierarchies = readdirSync(CGROUP_ROOT).map((name) => `${CGROUP_ROOT}/${name}/millrace/${number}`);
    return hierarchies.filter((path) => existsSync(path));
  }

  function readGroup(controller: string, file: string): number {
    return Number(readFileSync(`${CGROUP_ROOT}/${controller}/millrace/${number}/${file}`, "latin1"));
  }

  const isBoxId = (uid: number) => uid > workerUid && uid < workerUid + IDS_PER_INSTANCE;
  const ownProcesses = () => listProcesses().filter(({ uid }) => isBoxId(uid));
  const boxProcesses = () => ownProcesses().filter(({ pid, innerPid }) => innerPid !== pid);

  function unrest(): string[] {
    const complaints: string[] = [];
    const grouped = new Set<number>();
    for (const parent of parentGroups()) {
      for (const box of childGroups(parent)) {
        const pids = readPids(`${parent}/${box}`);
        for (const pid of pids) grouped.add(pid);
        // Pid 1 of the box and the process that waits for its program, or for its main file.
        if (pids.length !== 2) complaints.push(`${parent}/${box} has ${pids.length} processes`);
      }
    }
    for (const process of boxProcesses()) {
      const what = `process ${process.pid} (${process.name}, ${process.commandLine})`;
      if (process.executable !== supervisor?.executable && !isAtGate(process)) complaints.push(`${what} runs`);
      if (!grouped.has(process.pid)) complaints.push(`${what} is in no box's group`);
    }
    return complaints;
  }

  return {
    serverPid,
    supervisorPid,
    followerPid,
    launcherPid() {
      const launcher = listProcesses().find(({ parentPid, uid }) => parentPid === supervisorPid && uid === 0);
      if (launcher === undefined) throw new Error("There is no launcher");
      return launcher.pid;
    },
    boxProcesses,
    findProgram: (mark) => boxProcesses().find(({ commandLine }) => commandLine.endsWith(` main.py ${mark}`)) ?? null,
    zygotes: () => ownProcesses().filter(({ pid, innerPid }) => innerPid === pid),
    ownsFile: isBoxId,
    countBoxes: () => Math.max(0, ...parentGroups().map((parent) => childGroups(parent).length)),
    countTasks: () => readGroup("pids", "pids.current"),
    boxMemoryBytes: () => readGroup("memory", "memory.usage_in_bytes"),
    unrest,
    remains() {
      const paths = [`/run/millrace/${number}`, `/run/millrace/${number}.lock`].filter((path) => existsSync(path));
      const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
      return [
        // Whoever adopts orphans on this host may take its time to bury them.
        ...ownProcesses().flatMap(({ pid, name, state }) => (state === "Z" ? [] : `process ${pid} (${name})`)),
        ...(isRunning(supervisorPid) ? ["the supervisor"] : []),
        ...(isRunning(followerPid) ? ["the follower"] : []),
        ...[...paths, ...parentGroups()],
        ...mounts.filter((line) => line.includes(`/run/millrace/${number}`)).map((line) => `mount ${line}`),
      ];
    },
  };
}

/** The descriptors of native/script.h, which a process has until it becomes its program. */
const SCRIPT_DESCRIPTORS = [100, 101];

/** Whether it is an interpreter that was booted ahead and has not been told to go on. */
export function isAtGate({ pid }: Pick<HostProcess, "pid">): boolean {
  return SCRIPT_DESCRIPTORS.every((fd) => existsSync(`/proc/${pid}/fd/${fd}`));
}

/** Groups of boxes; zygotes have one in common that stays. */
function childGroups(parent: string): string[] {
  return orGone(() => readdirSync(parent, { withFileTypes: true }), []).flatMap((entry) =>
    entry.isDirectory() && entry.name !== "zygotes" ? [entry.name] : [],
  );
}

function readPids(group: string): number[] {
  return orGone(() => readFileSync(`${group}/cgroup.procs`, "latin1"), "")
    .split("\n")
    .filter((line) => line !== "")
    .map(Number);
}

/** A box's group may be removed while it is looked at. */
function orGone<Value>(read: () => Value, gone: Value): Value {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENODEV") return gone;
    throw error;
  }
}
