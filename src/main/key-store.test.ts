import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashApiKey, isApiKey } from "../gateway/access/api-key.ts";
import { addKey, KeysFileError, readKeys, removeKey, toKeys } from "./key-store.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-keys-"));
  path = join(folder, "etc", "keys.json");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("adding a key", () => {
  it("makes the file, which has no key in it but its hash, for its owner alone", async () => {
    expect(readKeys(path)).toBeNull();
    const key = await addKey(path, { name: "alice", ratePerMinute: 60, concurrency: 2 });
    expect(isApiKey(key)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).not.toContain(key.slice(3));
    expect(readKeys(path)).toEqual([
      {
        name: "alice",
        sha256: hashApiKey(key),
        createdAt: expect.stringMatching(/Z$/),
        ratePerMinute: 60,
        concurrency: 2,
      },
    ]);
  });

  it("keeps the others, and refuses their names", async () => {
    await addKey(path, { name: "alice" });
    await addKey(path, { name: "bob" });
    await expect(addKey(path, { name: "alice" })).rejects.toThrow("There is a key named alice already");
    expect(readKeys(path)?.map(({ name }) => name)).toEqual(["alice", "bob"]);
  });

  it.each(["", "-x", "a b", "a/b", "é", "x".repeat(65)])("refuses the name %j", async (name) => {
    await expect(addKey(path, { name })).rejects.toThrow(/^A key's name has to be 1 to 64 letters/);
    expect(existsSync(path)).toBe(false);
  });

  it("is refused while somebody else changes the file, and loses nothing", async () => {
    const results = await Promise.allSettled(["a", "b", "c", "d"].map((name) => addKey(path, { name })));
    const added = results.filter(({ status }) => status === "fulfilled");
    expect(readKeys(path)).toHaveLength(added.length);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason.message).toMatch(/keys\.json\.new is there/);
    }
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  it("follows a link, which stays one", async () => {
    await addKey(path, { name: "alice" });
    const link = join(folder, "link.json");
    symlinkSync(path, link);
    await addKey(link, { name: "bob" });
    expect(readKeys(path)).toHaveLength(2);
    expect(readKeys(link)).toHaveLength(2);
  });
});

describe("removing a key", () => {
  it("leaves the others", async () => {
    await addKey(path, { name: "alice" });
    await addKey(path, { name: "bob" });
    await removeKey(path, "alice");
    expect(readKeys(path)?.map(({ name }) => name)).toEqual(["bob"]);
    await removeKey(path, "bob");
    expect(readKeys(path)).toEqual([]);
  });

  it("says which there are when there is none of that name", async () => {
    await addKey(path, { name: "alice" });
    await addKey(path, { name: "bob" });
    await expect(removeKey(path, "carol")).rejects.toThrow("There is no key named carol; there are alice, bob");
    expect(readKeys(path)).toHaveLength(2);
    expect(existsSync(`${path}.new`)).toBe(false);
  });
});

describe("a keys file", () => {
  it.each([0o644, 0o660, 0o602, 0o610])("with the mode %o is refused", async (mode) => {
    await addKey(path, { name: "alice" });
    chmodSync(path, mode);
    expect(() => readKeys(path)).toThrow(KeysFileError);
    expect(() => readKeys(path)).toThrow(/its mode is 06\d\d.*chmod 600/);
    await expect(addKey(path, { name: "bob" })).rejects.toThrow(/chmod 600/);
  });

  it("of somebody else is refused", () => {
    const state = { kind: "text", mode: 0o600, uid: 1234, text: '{"keys":[]}' } as const;
    expect(() => toKeys("keys.json", state, 1000)).toThrow(/belongs to somebody else/);
    expect(toKeys("keys.json", state, 1234)).toEqual([]);
    expect(toKeys("keys.json", { ...state, uid: 0 }, 1000)).toEqual([]);
  });

  it("of root may be read by a group that this process is in, unless it is root; and by nobody else", () => {
    const state = { kind: "text", mode: 0o440, uid: 0, text: '{"keys":[]}' } as const;
    expect(toKeys("keys.json", state, 1000)).toEqual([]);
    expect(() => toKeys("keys.json", state, 0)).toThrow(/its mode is 0440/);
    for (const mode of [0o444, 0o460])
      expect(() => toKeys("keys.json", { ...state, mode }, 1000)).toThrow(/so others may see/);
    expect(() => toKeys("keys.json", { ...state, uid: 1000 }, 1000)).toThrow(/its mode is 0440/);
  });

  it("that is none is refused, and not written over", async () => {
    await addKey(path, { name: "alice" });
    writeFileSync(path, "{");
    expect(() => readKeys(path)).toThrow(`The keys file ${path} cannot be used: it is not JSON`);
    await expect(addKey(path, { name: "bob" })).rejects.toThrow(/not JSON/);
    expect(readFileSync(path, "utf8")).toBe("{");
    expect(() => readKeys(folder)).toThrow(/not a regular file/);
  });
});
