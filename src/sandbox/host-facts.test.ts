import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { readHostFacts } from "./host-facts.ts";

it("reads this host", async () => {
  const host = await readHostFacts();
  expect(host.topLevel.has("bin")).toBe(true);
  expect(host.proc.get("cpuinfo")).toMatchObject({ isDirectory: false });
  expect(host.proc.get("sys")).toMatchObject({ isDirectory: true });
  expect([...host.proc.keys()].filter((name) => /^\d/.test(name))).toEqual([]);
  for (const [name, target] of host.alternatives) {
    expect(target).toMatch(/^\/usr\//);
    expect(existsSync(`/etc/alternatives/${name}`)).toBe(true);
  }
});
