import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { type FileHandle, mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { hashApiKey, makeApiKey } from "../gateway/access/api-key.ts";
import { type ApiKey, formatKeysFile, isKeyName, KEY_NAME_RULE, parseKeysFile } from "../gateway/access/keys-file.ts";
import type { FileState } from "./follow-file.ts";

/** The keys file cannot be read or changed. The message says why, and what to do about it. */
export class KeysFileError extends Error {
  override readonly name = "KeysFileError";
}

/** Of a new key. */
export interface NewKey {
  readonly name: string;
  readonly ratePerMinute?: number | undefined;
  readonly concurrency?: number | undefined;
}

/**
 * The keys of a keys file, in its order; null when there is no such file.
 * @throws {KeysFileError}
 */
export function readKeys(path: string): readonly ApiKey[] | null {
  return toKeys(path, readState(path));
}

function readState(path: string): FileState {
  let descriptor: number;
  try {
    // A fifo must not keep us.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? { kind: "absent" } : { kind: "failed", reason: withAdvice(code, message) };
  }
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) return { kind: "failed", reason: "it is not a regular file" };
    return { kind: "text", mode: facts.mode & 0o7777, uid: facts.uid, text: readFileSync(descriptor, "utf8") };
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The keys that a file in this state has; null when there is no file.
 * @param ownerUid whose the file may be, beside root's.
 * @throws {KeysFileError} also when others could have changed it, or can see whose keys it has.
 */
export function toKeys(path: string, state: FileState, ownerUid = process.geteuid?.()): readonly ApiKey[] | null {
  const refuse = (reason: string) => new KeysFileError(`The keys file ${path} cannot be used: ${reason}`);
  if (state.kind === "absent") return null;
  if (state.kind === "failed") throw refuse(state.reason);
  if (state.uid !== 0 && state.uid !== ownerUid) throw refuse("it belongs to somebody else; chown it to root");
  // Root may have let a group read it, to which whoever is not root has to belong then: a mounted secret is like that.
  const others = state.uid === 0 && ownerUid !== 0 ? 0o037 : 0o077;
  if ((state.mode & others) !== 0) {
    throw refuse(
      `its mode is ${state.mode.toString(8).padStart(4, "0")}, so others may see or change it; chmod 600 it`,
    );
  }
  try {
    return parseKeysFile(state.text);
  } catch (cause) {
    throw refuse((cause as Error).message);
  }
}

/**
 * Makes a key and adds it to the file, which is made when there is none.
 * @returns the key: it is kept nowhere.
 * @throws {KeysFileError} when there is a key of that name already.
 */
export async function addKey(path: string, { name, ratePerMinute, concurrency }: NewKey): Promise<string> {
  if (!isKeyName(name)) throw new KeysFileError(`A key's name has to be ${KEY_NAME_RULE}, not ${JSON.stringify(name)}`);
  const key = makeApiKey();
  await edit(path, (keys) => {
    if (keys.some((one) => one.name === name)) {
      throw new KeysFileError(`There is a key named ${name} already; remove it first, or take another name`);
    }
    const createdAt = new Date().toISOString();
    return [...keys, { name, sha256: hashApiKey(key), createdAt, ratePerMinute, concurrency }];
  });
  return key;
}

/**
 * Takes a key out of the file: a running server refuses it within a second.
 * @throws {KeysFileError} when there is none of that name.
 */
export async function removeKey(path: string, name: string): Promise<void> {
  await edit(path, (keys) => {
    const others = keys.filter((one) => one.name !== name);
    if (others.length < keys.length) return others;
    const names = keys.map((one) => one.name).join(", ");
    throw new KeysFileError(`There is no key named ${name}${names === "" ? "" : `; there are ${names}`}`);
  });
}

/**
 * Replaces the file by a changed one, at once and for good: whoever reads it sees the old one or the new one, a crash
 * included. The new one, while it is written, keeps everybody else from doing the same.
 */
async function edit(path: string, change: (keys: readonly ApiKey[]) => readonly ApiKey[]): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const draft = `${target}.new`;
  const handle = await openDraft(draft);
  try {
    const keys = change(readKeys(target) ?? []);
    await handle.writeFile(formatKeysFile(keys));
    await handle.sync();
    await rename(draft, target);
    await syncDirectory(dirname(target));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function openDraft(draft: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(draft), { recursive: true, mode: 0o755 });
    return await open(draft, "wx", 0o600);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST") {
      throw new KeysFileError(
        `${draft} is there: keys are being changed right now, or that was interrupted. Remove it when nobody is changing keys`,
      );
    }
    throw new KeysFileError(`The keys file cannot be changed: ${withAdvice(code, message)}`, { cause });
  }
}

function withAdvice(code: string | undefined, message: string): string {
  return code === "EACCES" ? `${message} (try sudo)` : message;
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
