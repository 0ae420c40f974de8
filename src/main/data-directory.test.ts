import { chmodSync, linkSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DataPlace, takeDataPlace } from "./data-directory.ts";

let directory: string;
let places: DataPlace[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "millrace-data-"));
  places = [];
});

afterEach(() => {
  for (const place of places) place.close();
  rmSync(directory, { recursive: true });
});

async function takePlace(uid = 12_345): Promise<DataPlace> {
  const place = await takeDataPlace({ directory: join(directory, "data"), owner: { uid, gid: uid } });
  places.push(place);
  return place;
}

test("the first server has the first place, another one the next", async () => {
  expect((await takePlace()).path).toBe(join(directory, "data/1"));
  expect((await takePlace()).path).toBe(join(directory, "data/2"));
});

test("a place that was left is taken again, and its files change hands", async () => {
  const first = await takePlace();
  writeFileSync(join(first.path, "executions.sqlite"), "");
  chmodSync(first.path, 0o777);
  first.close();
  const second = await takePlace(54_321);
  expect(second.path).toBe(first.path);
  const owners = [second.path, join(second.path, "executions.sqlite")].map((path) => statSync(path).uid);
  expect(owners).toEqual([54_321, 54_321]);
  expect(statSync(second.path).mode & 0o777).toBe(0o700);
});

test.each([
  ["a link", (path: string, target: string) => symlinkSync(target, path)],
  ["another file's second name", (path: string, target: string) => linkSync(target, path)],
])("%s in a place is given to nobody", async (_what, make) => {
  const first = await takePlace();
  const target = join(directory, "of root");
  writeFileSync(target, "");
  make(join(first.path, "trap"), target);
  first.close();
  await expect(takePlace(54_321)).rejects.toThrow("trap is no file of a server");
  expect(statSync(target).uid).toBe(0);
  // Nor can a process that the server before has left put anything there from then on.
  expect(statSync(first.path).uid).toBe(0);
});
