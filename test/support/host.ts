import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { allPids, statusOf } from "./processes.ts";

/** What native/supervisor.c gives to the first instance of a host, and how many ids each has. */
export const FIRST_ID = 1_900_000_000;
export const IDS_PER_INSTANCE = 1_024;

/** Processes that run under one of an instance's ids: those in its boxes, and the server itself. */
export function processesOf(instance: number): number[] {
  const first = FIRST_ID + instance * IDS_PER_INSTANCE;
  return allPids().filter((pid) => {
    const uid = Number(statusOf(pid, "Uid").split(/\s+/)[0]);
    return uid >= first && uid < first + IDS_PER_INSTANCE;
  });
}

/** Control groups of an instance's boxes, in every hierarchy. */
export function boxGroupsOf(instance: number): string[] {
  return globSync(`/sys/fs/cgroup/*/millrace/${instance}/*/`);
}

/**
 * Everything that an instance has on the host beside its server, supervisor and launcher, in words. Empty when it has ended
 * and left nothing.
 */
export function leftoversOf(instance: number): string[] {
  const groups = globSync(`/sys/fs/cgroup/*/millrace/${instance}/`);
  const entries = existsSync("/run/millrace") ? readdirSync("/run/millrace") : [];
  const own = entries.filter((name) => name === String(instance) || name.startsWith(`${instance}.`));
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return [
    ...processesOf(instance).map((pid) => `process ${pid}`),
    ...groups.flatMap((group) => [group, ...globSync(`${group}*/`)]),
    ...own.map((name) => `/run/millrace/${name}`),
    ...mounts.filter((line) => line.includes("millrace")),
    ...readFileSync("/proc/net/unix", "utf8")
      .split("\n")
      .filter((line) => line.includes(`/run/millrace/${instance}/`)),
  ];
}
