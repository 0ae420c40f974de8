import { globSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Instance } from "../support/instance.ts";
import { readMetric } from "../support/metrics.ts";
import { listDescriptors, listProcesses, readProcess, residentBytes } from "../support/processes.ts";
import type { RunningServer } from "../support/server.ts";
import { SLOWNESS } from "../support/slowness.ts";
import { until } from "../support/until.ts";
import type { HostCondition } from "./suite.ts";

const MIB = 1024 * 1024;
/** The suite says 500; the rest is for a host that does other things too. What a program leaves sleeps for longer. */
const MARKER_TIMEOUT_MS = 5_000;
/** Within this all that a run has used is gone, and its slot's next box stands ready. */
const REST_TIMEOUT_MS = 10_000;
const TASK_SAMPLE_MS = 5;

/** Where anybody may write on a usual host. */
const SHARED_DIRECTORIES = ["/tmp", "/var/tmp", "/dev/shm"];

type Of<Type extends HostCondition["type"]> = Extract<HostCondition, { type: Type }>;

/** Of a box that stands ready: pid 1, and what waits to become the program. */
const TASKS_OF_READY_BOX = 2;

/** What the host was like before a case, and what happened while it ran. */
export interface Watch {
  /** Judges the host by one condition. @returns what is wrong; empty when nothing is. */
  check(condition: HostCondition): Promise<string[]>;
  close(): void;
}

export interface WatchOptions {
  readonly instance: Instance;
  /** Servers that run other cases at the same time. */
  readonly neighbours: readonly Instance[];
  /** The case's marker: a name that its processes bear. */
  readonly marker: string | null;
  readonly canaryPid: number;
  readonly sysctls: readonly string[];
  readonly descriptors: DescriptorWatch;
  /** Runs a hello program. */
  readonly sayHello: () => Promise<void>;
}

/** Looks at the host before a case starts, when nothing is left of the one before. */
export async function watchHost(options: WatchOptions): Promise<Watch> {
  const { instance, canaryPid } = options;
  const unrest = await until(instance.unrest, REST_TIMEOUT_MS);
  if (unrest.length > 0) throw new Error(`The case before has left ${unrest.join(", ")}`);
  const startedAtMs = Date.now();
  const before = measure(options);
  let mostTasks = 0;
  const sampling = setInterval(() => {
    mostTasks = Math.max(mostTasks, countNewTasks(instance));
  }, TASK_SAMPLE_MS);

  const checks: { [Type in HostCondition["type"]]: (condition: Of<Type>) => Promise<readonly string[]> } = {
    no_marker_process: () => until(() => findMarked(options), MARKER_TIMEOUT_MS),
    no_sandbox_process: () => until(instance.unrest, REST_TIMEOUT_MS),
    no_cgroup_left: () => until(instance.unrest, REST_TIMEOUT_MS),
    no_mount_left: () => until(() => added("mount", before.mounts, listMounts(instance)), REST_TIMEOUT_MS),
    no_workdir_left: async () => listOwned(instance),
    worker_alive: async ({ within_ms }) => {
      const startedAt = performance.now();
      await options.sayHello();
      return above("a hello program took", performance.now() - startedAt, within_ms * SLOWNESS, "ms");
    },
    worker_fds_stable: ({ max_growth }) =>
      until(async () => {
        const unrest = instance.unrest();
        return unrest.length > 0 ? unrest : await options.descriptors.findGrowth(max_growth);
      }, REST_TIMEOUT_MS),
    no_glob: async ({ globs }) => globs.flatMap((pattern) => globSync(pattern)),
    canary_process_alive: async () => (readProcess(canaryPid) === null ? ["the canary process is dead"] : []),
    sysctl_unchanged: async ({ paths }) =>
      paths.filter((path) => before.sysctls.get(path) !== readFileSync(path, "utf8")),
    max_new_processes: async ({ max }) => above("processes", mostTasks, max),
    host_mem_delta_mb: ({ max }) =>
      until(() => above("memory", (useMemory(instance) - before.memoryBytes) / MIB, max, "MiB"), REST_TIMEOUT_MS),
    host_disk_delta_mb: async ({ max }) =>
      above("disk", (countWritten(instance) - before.writtenBytes) / MIB, max, "MiB"),
    no_setid_files_created: async () => findSetIdFiles(startedAtMs),
    no_new_zombies: () => until(() => listZombies(instance), REST_TIMEOUT_MS),
  };

  return {
    async check(condition) {
      const check = checks[condition.type] as (condition: HostCondition) => Promise<readonly string[]>;
      const wrong = await check(condition);
      return wrong.map((complaint) => `${condition.type}: ${complaint}`);
    },
    close: () => clearInterval(sampling),
  };
}

function measure({ instance, sysctls }: WatchOptions) {
  return {
    mounts: listMounts(instance),
    memoryBytes: useMemory(instance),
    writtenBytes: countWritten(instance),
    sysctls: new Map(sysctls.map((path) => [path, readFileSync(path, "utf8")])),
  };
}

/** Those that programs have made: how many boxes stand ready beside theirs differs from one moment to the next. */
function countNewTasks(instance: Instance): number {
  return instance.countTasks() - TASKS_OF_READY_BOX * instance.countBoxes();
}

function above(what: string, value: number, max: number, unit = ""): string[] {
  return value > max ? [`${what} ${value} ${unit}, more than ${max}`] : [];
}

function added(what: string, before: ReadonlySet<string>, after: ReadonlySet<string>): string[] {
  return [...after].filter((entry) => !before.has(entry)).map((entry) => `${what} ${entry}`);
}

function findMarked({ marker, neighbours }: WatchOptions): string[] {
  if (marker === null) return [];
  const marked = listProcesses().filter(({ name, commandLine, uid }) => {
    return `${name} ${commandLine}`.includes(marker) && !neighbours.some((neighbour) => neighbour.ownsFile(uid));
  });
  return marked.map(({ pid, name }) => `process ${pid} (${name})`);
}

/** Processes of ours that live on the host itself. */
function ownPids({ serverPid, supervisorPid, launcherPid }: Instance): number[] {
  return [serverPid, supervisorPid, launcherPid()];
}

/** Mounts of Millrace on the host, and all in the launcher's own namespace. */
function listMounts(instance: Instance): Set<string> {
  const host = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const launcher = readFileSync(`/proc/${instance.launcherPid()}/mountinfo`, "utf8").split("\n");
  return new Set([...host.filter((line) => line.includes("millrace")), ...launcher]);
}

/** Descriptors of server, supervisor and launcher, but for the server's connections: clients keep those open. */
export interface DescriptorWatch {
  /**
   * Compares with when there first were as many boxes as there are at the moment: the launcher holds some for each, and
   * how many boxes stand ready depends on what runs have asked for lately. To be asked at rest.
   * @returns what is wrong, in words: more than `max` are new, and of which kinds; or it is not yet known.
   */
  findGrowth(max: number): Promise<string[]>;
}

/** A connection that is just being closed is counted on one side only. */
const STEADY_READINGS = 5;
const READING_PAUSE_MS = 50;

export function watchDescriptors(server: RunningServer): DescriptorWatch {
  const { instance, port } = server;
  const firstByBoxes = new Map<number, Reading>();

  function read(): Reading {
    const kinds = new Map<string, number>([["connection", -countConnections(port)]]);
    for (const kind of ownPids(instance).flatMap(listDescriptors)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    return { boxes: instance.countBoxes(), kinds, count: [...kinds.values()].reduce((sum, count) => sum + count, 0) };
  }

  /** Null while boxes come and go: one that is just being made, or removed, has a part of its descriptors only. */
  async function readAtRest(): Promise<Reading | null> {
    const before = await countReadyBoxes(server);
    const reading = read();
    const after = await countReadyBoxes(server);
    return before === reading.boxes && after === reading.boxes ? reading : null;
  }

  async function isSteady({ boxes, count }: Reading): Promise<boolean> {
    for (let readings = 1; readings < STEADY_READINGS; readings++) {
      await delay(READING_PAUSE_MS);
      const next = await readAtRest();
      if (next?.boxes !== boxes || next.count !== count) return false;
    }
    return true;
  }

  return {
    async findGrowth(max) {
      const reading = await readAtRest();
      if (reading === null) return ["boxes come and go"];
      const first = firstByBoxes.get(reading.boxes);
      if (first === undefined) {
        if (!(await isSteady(reading))) return ["descriptors come and go"];
        firstByBoxes.set(reading.boxes, reading);
        return [];
      }
      const growth = reading.count - first.count;
      if (growth <= max) return [];
      const grown = [...reading.kinds].filter(([kind, count]) => count > (first.kinds.get(kind) ?? 0));
      const kinds = grown.map(([kind, count]) => `${kind} +${count - (first.kinds.get(kind) ?? 0)}`);
      return [`${growth} descriptors are new with ${reading.boxes} boxes, more than ${max}: ${kinds.join(", ")}`];
    },
  };
}

/** @returns null while any box is made, used or removed. */
async function countReadyBoxes(server: RunningServer): Promise<number | null> {
  const count = (state: string) => readMetric(server, `millrace_boxes{state="${state}"}`);
  const moving = await Promise.all(["making", "used", "leaving"].map(count));
  return moving.every((boxes) => boxes === 0) ? count("prepared") : null;
}

interface Reading {
  readonly boxes: number;
  readonly kinds: ReadonlyMap<string, number>;
  readonly count: number;
}

/** Connections of clients to a port of 127.0.0.1, on the server's side. */
function countConnections(port: number): number {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const listening = "0A";
  const sockets = readFileSync("/proc/net/tcp", "latin1")
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  // Without an inode there is no descriptor any more.
  return sockets.filter((fields) => fields[1] === local && fields[3] !== listening && fields[9] !== "0").length;
}

/** What boxes use, and what server and launcher use for them, bytes. */
function useMemory(instance: Instance): number {
  return ownPids(instance).reduce((sum, pid) => sum + residentBytes(pid), instance.boxMemoryBytes());
}

/**
 * What server and launcher have written to disks of the host so far, bytes, and with the launcher all programs that it has
 * buried. How much space is left on the host would tell of everybody.
 */
function countWritten(instance: Instance): number {
  return ownPids(instance).reduce((sum, pid) => {
    const io = readFileSync(`/proc/${pid}/io`, "latin1");
    const field = (name: string) => {
      const bytes = new RegExp(`^${name}: (\\d+)$`, "m").exec(io)?.[1];
      if (bytes === undefined) throw new Error(`/proc/${pid}/io has no ${name}`);
      return Number(bytes);
    };
    return sum + field("write_bytes") - field("cancelled_write_bytes");
  }, 0);
}

/** Files on the host that belong to a box. */
function listOwned(instance: Instance): string[] {
  return SHARED_DIRECTORIES.flatMap((directory) =>
    readdirSync(directory)
      .map((name) => join(directory, name))
      .filter((path) => instance.ownsFile(statSync(path, { throwIfNoEntry: false })?.uid ?? 0)),
  );
}

function findSetIdFiles(sinceMs: number): string[] {
  return SHARED_DIRECTORIES.flatMap((directory) => globSync(`${directory}/**`)).filter((path) => {
    const status = statSync(path, { throwIfNoEntry: false });
    return status?.isFile() && (status.mode & 0o6000) !== 0 && status.ctimeMs >= sinceMs;
  });
}

function listZombies(instance: Instance): string[] {
  const parents = new Set(ownPids(instance));
  const zombies = listProcesses().filter(({ state, parentPid }) => state === "Z" && parents.has(parentPid));
  return zombies.map(({ pid, name }) => `zombie ${pid} (${name})`);
}
