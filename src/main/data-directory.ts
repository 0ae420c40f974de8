import { chmod, chown, lchown, lstat, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Identity } from "./privileges.ts";

/** How many servers of one host may share a directory. */
const MOST_PLACES = 64;

/** Where one server keeps its data, and no other server does while it lives. */
export interface DataPlace {
  readonly path: string;
  close(): void;
}

/**
 * Takes the first place in a directory that no living server has. What is in it goes on where the server before ended,
 * however it ended. Has to be called as root.
 * @param options.directory is made where it is missing.
 * @param options.owner who the server becomes: what is in the place is theirs from then on.
 * @throws {Error} when every place is taken, or the directory cannot be used.
 */
export async function takeDataPlace(options: {
  readonly directory: string;
  readonly owner: Identity;
}): Promise<DataPlace> {
  const { directory, owner } = options;
  await mkdir(directory, { recursive: true, mode: 0o711 });
  for (let number = 1; number <= MOST_PLACES; number += 1) {
    const lock = await tryLock(join(directory, `${number}.lock`));
    if (lock === null) continue;
    const path = join(directory, String(number));
    try {
      await handOver(path, owner);
    } catch (error) {
      lock.close();
      throw error;
    }
    return {
      path,
      close() {
        if (lock.isOpen) lock.close();
      },
    };
  }
  throw new Error(`${MOST_PLACES} servers have their data in ${directory} already`);
}

/**
 * SQLite's lock of a file, which the kernel lets go of with the process. The file is root's, but a server keeps it open when
 * it is nobody in particular: it is made empty first, and has no journal beside it, so that nothing is read here that such a
 * process may have written. @returns null when another process has it.
 */
async function tryLock(path: string): Promise<DatabaseSync | null> {
  // Who may read it may lock it.
  await writeFile(path, "", { mode: 0o600 });
  const lock = new DatabaseSync(path);
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return null;
    throw error;
  }
}

const SQLITE_BUSY = 5;

/**
 * Makes the directory and the files in it the new server's. The server before is dead; in case it left a process, the directory
 * is first our own, so that nobody can put another file in place of one that was looked at.
 */
async function handOver(path: string, { uid, gid }: Identity): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chown(path, process.geteuid?.() ?? 0, process.getegid?.() ?? 0);
  await chmod(path, 0o700);
  for (const name of await readdir(path)) {
    const file = join(path, name);
    const found = await lstat(file);
    // Only what a server makes: nobody is given a file that lies elsewhere under another name.
    if (!found.isFile() || found.nlink !== 1) throw new Error(`${file} is no file of a server`);
    await lchown(file, uid, gid);
  }
  await chown(path, uid, gid);
}
