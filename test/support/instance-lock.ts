import { statSync } from "node:fs";

/** The file by which an instance holds its number, as native/instance.c says. */
export interface InstanceLock {
  readonly path: string;
  /**
   * Whether another instance has the number now. All that is there under that number is then the other one's: an instance
   * removes its lock last of what it had.
   */
  isOthers(): boolean;
}

/** @param directory of an instance that lives. */
export function watchLock(directory: string): InstanceLock {
  const path = `${directory}.lock`;
  const own = identify(path);
  return {
    path,
    isOthers() {
      const present = identify(path);
      return present !== null && present !== own;
    },
  };
}

/** What no other file has at any time: numbers of removed ones are given out again. */
function identify(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.ino} ${found.ctimeNs}`;
}
