import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A `/usr` that can be broken: what is changed in it only those see who were started inside. */
export interface OwnUsr {
  /** Put before a command, starts it there. */
  readonly inside: readonly string[];
  close(): void;
}

/** @param prepare shell commands that are run inside first. */
export function makeOwnUsr(prepare = ":"): OwnUsr {
  const directory = mkdtempSync(join(tmpdir(), "millrace-usr-"));
  const script = [
    "set -e",
    'mount -t tmpfs own "$0"',
    'mkdir "$0/upper" "$0/work"',
    'mount -t overlay own -o "lowerdir=/usr,upperdir=$0/upper,workdir=$0/work" /usr',
    prepare,
    'exec "$@"',
  ];
  return {
    inside: ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", script.join("\n"), directory],
    close: () => rmdirSync(directory),
  };
}
