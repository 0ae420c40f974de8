import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";

/** A control group of the test's own, around whatever it likes, beside those of boxes. */
export interface OwnGroup {
  /** Moves processes into it, with all their threads. */
  join(...pids: readonly number[]): void;
  set(file: string, value: string | number): void;
  read(file: string): string;
  /** Put before a command, starts it in the group. */
  readonly inside: readonly string[];
  /** Lets whoever is still in there go, and removes it. */
  close(): void;
}

let made = 0;

/** @param controller a cgroup v1 hierarchy, like `pids`. */
export function makeOwnGroup(controller: string): OwnGroup {
  made += 1;
  const root = `/sys/fs/cgroup/${controller}`;
  const path = `${root}/millrace-test-${process.pid}-${made}`;
  mkdirSync(path);
  const members = () => readFileSync(`${path}/cgroup.procs`, "latin1").split("\n").filter(Boolean);
  return {
    join(...pids) {
      for (const pid of pids) writeFileSync(`${path}/cgroup.procs`, String(pid));
    },
    set: (file, value) => writeFileSync(`${path}/${file}`, String(value)),
    read: (file) => readFileSync(`${path}/${file}`, "latin1"),
    inside: ["/bin/sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', path],
    close() {
      for (const pid of members()) writeFileSync(`${root}/cgroup.procs`, pid);
      rmdirSync(path);
    },
  };
}
