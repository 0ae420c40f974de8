import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFileStore } from "./file-store.ts";

let directory: string;
let troubles: unknown[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-store-"));
  troubles = [];
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

const open = (maxBytes = 800) =>
  openFileStore({ directory, maxBytes, onTrouble: (error) => void troubles.push(error) });
const bytes = (size: number, fill = "x") => [Buffer.alloc(size, fill)];
const names = async () => (await readdir(directory)).sort();

describe("a store of files", () => {
  it("gives back what it was given, also to the next process", async () => {
    await (await open()).write("a", [Buffer.from("one"), Buffer.from("two")]);
    expect((await (await open()).read("a"))?.toString()).toBe("onetwo");
    expect(await (await open()).read("b")).toBeNull();
    expect(troubles).toEqual([]);
  });

  it("holds exactly as much as it may, and gives up first what was not used for longest", async () => {
    const store = await open(800);
    for (const key of ["a", "b", "c", "d", "e", "f", "g", "h"]) await store.write(key, bytes(100));
    expect(await names()).toHaveLength(8);
    await store.read("a");
    await store.write("i", bytes(100));
    await expect.poll(names).toEqual(["a", "c", "d", "e", "f", "g", "h", "i"]);
    expect(await store.read("b")).toBeNull();
  });

  it("does not keep what would push most others out", async () => {
    const store = await open(800);
    await store.write("fits", bytes(100));
    await store.write("large", bytes(101));
    expect(await names()).toEqual(["fits"]);
  });

  it("goes by what was used last before the restart, and obeys a smaller bound", async () => {
    const store = await open(800);
    for (let index = 0; index < 10; index++) {
      await store.write(`${index}`, bytes(40));
      await utimes(join(directory, `${index}`), 100 - index, 100 - index);
    }
    await open(320);
    await expect.poll(names).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
  });

  it("removes what was not finished", async () => {
    await writeFile(join(directory, ".unfinished-1"), "half");
    await open();
    expect(await names()).toEqual([]);
  });

  it("lives without a file that somebody took", async () => {
    const store = await open();
    await store.write("a", bytes(10));
    await rm(join(directory, "a"));
    expect(await store.read("a")).toBeNull();
    expect(troubles).toHaveLength(1);
    await store.write("a", bytes(20));
    expect(await readFile(join(directory, "a"))).toHaveLength(20);
  });

  it("tells of a full disk, and keeps nothing of what it could not write", async () => {
    const store = await open();
    await rm(directory, { recursive: true });
    await store.write("a", bytes(10));
    expect(troubles.length).toBeGreaterThan(0);
    expect(await store.read("a")).toBeNull();
    directory = await mkdtemp(join(tmpdir(), "millrace-store-"));
  });
});

it("whatever is written and read, it holds what was used last and fits, and so does the next process", async () => {
  const maxBytes = 200;
  const usual = directory;
  const step = fc.record({
    isRead: fc.boolean(),
    key: fc.constantFrom(..."abcdefghijkl"),
    size: fc.integer({ min: 1, max: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      directory = await mkdtemp(join(tmpdir(), "millrace-store-"));
      try {
        const store = await open(maxBytes);
        /** The latest last. */
        const held = new Map<string, number>();
        for (const { isRead, key, size } of steps) {
          const known = held.get(key);
          if (isRead) {
            expect((await store.read(key))?.length).toBe(known);
            if (known !== undefined) held.delete(key);
            if (known !== undefined) held.set(key, known);
          } else {
            await store.write(key, bytes(size));
            if (known !== undefined || size > maxBytes / 8) continue;
            held.set(key, size);
            for (const [oldest] of held) if (sumOf(held) > maxBytes) held.delete(oldest);
            // What is given up is removed in a moment.
            await expect.poll(names).toEqual([...held.keys()].sort());
          }
        }
        const next = await open(maxBytes);
        for (const [key, size] of held) expect((await next.read(key))?.length).toBe(size);
        expect(await names()).toEqual([...held.keys()].sort());
      } finally {
        await rm(directory, { recursive: true });
        directory = usual;
      }
    }),
    { numRuns: 25 },
  );
});

function sumOf(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
