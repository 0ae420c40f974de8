import { existsSync, readFileSync } from "node:fs";
import { findOrdinaryUser } from "../hosts/ordinary-user.ts";
import { findControlGroups } from "./control-groups.ts";
import { watchLock } from "./instance-lock.ts";
import { type HostProcess, isRunning, listProcesses, readProcess } from "./processes.ts";

/** Where native/instance.c lets the ids of its instances begin, and how many each has. */
const FIRST_ID = 1_900_000_000;
const IDS_PER_INSTANCE = 1_024;

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
  const user = findOrdinaryUser();
  const workerUid = readProcess(serverPid)?.uid ?? -1;
  const children = listProcesses().filter(({ parentPid }) => parentPid === serverPid);
  const isFollower = ({ commandLine }: HostProcess) => commandLine.includes(" follow ");
  const supervisor = children.find((child) => !isFollower(child));
  const followerPid = children.find(isFollower)?.pid ?? -1;
  if (supervisor === undefined) throw new Error("The server has no supervisor");
  const supervisorPid = supervisor.pid;
  const number = user?.instanceOf(supervisorPid) ?? (workerUid - FIRST_ID) / IDS_PER_INSTANCE;
  if (!Number.isInteger(number) || number < 0 || (user && workerUid !== user.uid))
    throw new Error(`The server runs as ${workerUid}, no id of an instance`);

  const groups = findControlGroups(number, supervisorPid);
  const ids = user?.boxIds(number) ?? { first: workerUid + 1, last: workerUid + IDS_PER_INSTANCE - 1 };
  const isBoxId = (uid: number) => uid >= ids.first && uid <= ids.last;
  const directory = `${user?.runtimeDirectory ?? "/run/millrace"}/${number}`;
  const lock = watchLock(directory);
  const ownProcesses = () => listProcesses().filter(({ uid }) => isBoxId(uid));
  const boxProcesses = () => ownProcesses().filter(({ pid, innerPid }) => innerPid !== pid);

  function unrest(): string[] {
    const complaints: string[] = [];
    const grouped = new Set<number>();
    for (const { path, pids } of groups.boxes()) {
      for (const pid of pids) grouped.add(pid);
      // Pid 1 of the box and the process that waits for its program, or for its main file.
      if (pids.length !== 2) complaints.push(`${path} has ${pids.length} processes`);
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
      const launcher = listProcesses().find(
        ({ parentPid, uid }) => parentPid === supervisorPid && uid === (user?.uid ?? 0),
      );
      if (launcher === undefined) throw new Error("There is no launcher");
      return launcher.pid;
    },
    boxProcesses,
    findProgram: (mark) => boxProcesses().find(({ commandLine }) => commandLine.endsWith(` main.py ${mark}`)) ?? null,
    zygotes: () => ownProcesses().filter(({ pid, innerPid }) => innerPid === pid),
    ownsFile: isBoxId,
    countBoxes: groups.countBoxes,
    countTasks: groups.countTasks,
    boxMemoryBytes: groups.memoryBytes,
    unrest,
    remains() {
      const running = [
        ...(isRunning(supervisorPid) ? ["the supervisor"] : []),
        ...(isRunning(followerPid) ? ["the follower"] : []),
      ];
      const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
      const remains = [
        // Whoever adopts orphans on this host may take its time to bury them.
        ...ownProcesses().flatMap(({ pid, name, state }) => (state === "Z" ? [] : `process ${pid} (${name})`)),
        ...[directory, lock.path].filter((path) => existsSync(path)),
        ...groups.parents(),
        ...mounts.filter((line) => line.includes(directory)).map((line) => `mount ${line}`),
      ];
      return lock.isOthers() ? running : [...running, ...remains];
    },
  };
}

/** The descriptors of native/script.h, which a process has until it becomes its program. */
const SCRIPT_DESCRIPTORS = [100, 101];

/** Whether it is an interpreter that was booted ahead and has not been told to go on. */
export function isAtGate({ pid }: Pick<HostProcess, "pid">): boolean {
  return SCRIPT_DESCRIPTORS.every((fd) => existsSync(`/proc/${pid}/fd/${fd}`));
}
