import { randomUUID } from "node:crypto";
import { open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { LRUCache } from "lru-cache";

/** Files by key in a directory, together no larger than a bound: what was not used for longest goes first. */
export interface FileStore {
  /** @returns null when there is none. */
  read(key: string): Promise<Buffer | null>;
  /** Keeps it unless it alone is too large, or cannot be written. What is there under this key already is as good. */
  write(key: string, parts: readonly Uint8Array[]): Promise<void>;
  remove(key: string): Promise<void>;
}

export interface FileStoreOptions {
  /** Nobody but this process writes here. */
  readonly directory: string;
  readonly maxBytes: number;
  /** Told of what could not be read or written: nothing is lost but time. */
  readonly onTrouble: (error: unknown) => void;
}

const UNFINISHED = ".unfinished-";

/** What one file may take of the whole, so that a large one does not push all others out. */
const LARGEST_SHARE = 1 / 8;

/**
 * Finds what was kept by an earlier process. The time at which a file was last modified says when it was last used.
 * @throws {Error} when the directory cannot be read.
 */
export async function openFileStore({ directory, maxBytes, onTrouble }: FileStoreOptions): Promise<FileStore> {
  const sizes = new LRUCache<string, number>({
    maxSize: maxBytes,
    maxEntrySize: Math.floor(maxBytes * LARGEST_SHARE),
    sizeCalculation: (bytes) => Math.max(1, bytes),
    dispose: (_bytes, key, reason) => {
      if (reason === "evict") void rm(pathOf(key), { force: true }).catch(onTrouble);
    },
  });

  function pathOf(key: string): string {
    return join(directory, key);
  }

  for (const { key, bytes } of await listOldestFirst(directory)) {
    sizes.set(key, bytes);
    if (!sizes.has(key)) await rm(pathOf(key), { force: true });
  }

  return {
    async read(key) {
      if (sizes.get(key) === undefined) return null;
      try {
        const bytes = await readFile(pathOf(key));
        const now = new Date();
        utimes(pathOf(key), now, now).catch(onTrouble);
        return bytes;
      } catch (error) {
        onTrouble(error);
        sizes.delete(key);
        return null;
      }
    },
    async write(key, parts) {
      const bytes = parts.reduce((sum, part) => sum + part.length, 0);
      if (sizes.has(key) || bytes > maxBytes * LARGEST_SHARE) return;
      const unfinished = pathOf(`${UNFINISHED}${randomUUID()}`);
      try {
        const file = await open(unfinished, "wx", 0o600);
        try {
          await file.writev([...parts]);
        } finally {
          await file.close();
        }
        await rename(unfinished, pathOf(key));
        sizes.set(key, bytes);
      } catch (error) {
        onTrouble(error);
        await rm(unfinished, { force: true }).catch(onTrouble);
      }
    },
    async remove(key) {
      sizes.delete(key);
      await rm(pathOf(key), { force: true }).catch(onTrouble);
    },
  };
}

/** What an earlier process had not finished is removed. */
async function listOldestFirst(directory: string): Promise<{ key: string; bytes: number }[]> {
  const found: { key: string; bytes: number; usedAtMs: number }[] = [];
  for (const key of await readdir(directory)) {
    const path = join(directory, key);
    if (key.startsWith(UNFINISHED)) await rm(path, { force: true });
    else {
      const { size, mtimeMs } = await stat(path);
      found.push({ key, bytes: size, usedAtMs: mtimeMs });
    }
  }
  return found.sort((a, b) => a.usedAtMs - b.usedAtMs);
}
