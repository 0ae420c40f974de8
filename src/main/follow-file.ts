import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** What a file says now. */
export type FileState =
  | { readonly kind: "text"; readonly mode: number; readonly uid: number; readonly text: string }
  | { readonly kind: "absent" }
  | { readonly kind: "failed"; readonly reason: string };

/** Tells what a file says, whenever that changes, to a process that may not read it itself. */
export interface FileFollower {
  /** Resolves with how it ended, like `SIGKILL`. It does not end by itself. */
  readonly exited: Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts `native/follow.c`, which keeps the privileges that this process has now.
 * @param options.launcherPath the launcher's binary, which is the follower too.
 * @param options.path absolute.
 * @param options.onState called with the first state soon, then within a second of each change.
 */
export function followFile(options: {
  readonly launcherPath: string;
  readonly path: string;
  readonly onState: (state: FileState) => void;
  readonly log: (line: string) => void;
}): FileFollower {
  const { launcherPath, path, onState, log } = options;
  // A session of its own: a terminal's Ctrl-C is for the server alone.
  const child = spawn(launcherPath, ["follow", path], { stdio: "pipe", env: {}, cwd: "/", detached: true });
  child.stdout.on("data", createStateReader(onState));
  createInterface({ input: child.stderr }).on("line", log);
  child.stdin.on("error", (error) => log(`standard input of the follower: ${error.message}`));
  const exited = Promise.race([
    once(child, "exit").then(([code, signal]) => String(signal ?? `exit code ${code}`)),
    once(child, "error").then(([error]) => (error as Error).message),
  ]);
  return {
    exited,
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

const TEXT_LINE = /^text ([0-7]{1,4}) (\d{1,10}) (\d{1,7})$/;

/** Makes states of bytes, however they are cut. */
export function createStateReader(onState: (state: FileState) => void): (bytes: Buffer) => void {
  let unread = Buffer.alloc(0);

  /** @returns false when more bytes are needed. */
  function readOne(): boolean {
    const lineEnd = unread.indexOf("\n");
    if (lineEnd === -1) return false;
    const line = unread.toString("utf8", 0, lineEnd);
    const [, mode = "", uid, length] = TEXT_LINE.exec(line) ?? [];
    const end = lineEnd + 1 + Number(length ?? 0);
    if (unread.length < end) return false;
    const text = unread.toString("utf8", lineEnd + 1, end);
    unread = unread.subarray(end);
    if (length !== undefined) onState({ kind: "text", mode: Number.parseInt(mode, 8), uid: Number(uid), text });
    else if (line === "absent") onState({ kind: "absent" });
    else onState({ kind: "failed", reason: line.replace(/^failed /, "") });
    return true;
  }

  return (bytes) => {
    unread = Buffer.concat([unread, bytes]);
    while (readOne());
  };
}
