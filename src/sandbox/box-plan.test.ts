import { describe, expect, it } from "vitest";
import { MAXIMUM_LIMITS } from "../domain/limits.ts";
import { type BoxPlan, createBoxPlan } from "./box-plan.ts";
import type { HostFacts } from "./host-facts.ts";
import { encodePlan } from "./plan-records.ts";

const HOST: HostFacts = {
  topLevel: new Map([
    ["bin", "usr/bin"],
    ["lib64", null],
  ]),
  ldSoCache: Buffer.from("cache"),
  alternatives: new Map([["awk", "/usr/bin/mawk"]]),
  proc: new Map([
    ["cpuinfo", { mode: 0o444, isDirectory: false }],
    ["kallsyms", { mode: 0o444, isDirectory: false }],
    ["kcore", { mode: 0o400, isDirectory: false }],
    ["slabinfo", { mode: 0o400, isDirectory: false }],
    ["pressure", { mode: 0o555, isDirectory: true }],
  ]),
};

function planOf(over: Partial<Parameters<typeof createBoxPlan>[0]> = {}): BoxPlan {
  const filter = Buffer.alloc(8);
  return createBoxPlan({ host: HOST, lanes: 3, memoryBytes: 2 ** 33, maximum: MAXIMUM_LIMITS, filter, ...over });
}

function entryAt(plan: BoxPlan, path: string) {
  return plan.entries.find((entry) => entry.path === path);
}

describe("the box plan", () => {
  it("gives a reason for everything", () => {
    const { entries, rlimits } = planOf();
    for (const { why } of [...entries, ...rlimits]) expect(why).not.toBe("");
  });

  it("shows of the host only what it names", () => {
    const plan = planOf({
      trees: [{ source: "/opt/node", why: "node" }],
      binds: [{ source: "/opt/a", path: "/b", why: "a" }],
    });
    const shown = plan.entries.flatMap((entry) => ("source" in entry ? [[entry.kind, entry.source, entry.path]] : []));
    expect(shown).toEqual([
      ["tree", "/usr", "/usr"],
      ["tree", "/lib64", "/lib64"],
      ["tree", "/opt/node", "/opt/node"],
      ["bind", "/opt/a", "/b"],
    ]);
  });

  it("follows the host in what is a link into /usr", () => {
    expect(entryAt(planOf(), "/bin")).toMatchObject({ kind: "link", target: "usr/bin" });
  });

  it("never makes two things at one place", () => {
    const made = planOf().entries.filter(({ kind }) => kind !== "readOnly");
    const paths = made.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it("has paths that the launcher accepts", () => {
    for (const { path } of planOf().entries) expect(path).toMatch(/^(\/(?!\.{1,2}(\/|$))[^/\0]+)+$/);
  });

  it("starts with the work directory among what can be written, and that is all that can be", () => {
    const stores = planOf().entries.filter(({ kind }) => kind === "store");
    expect(stores.map(({ path }) => path)).toEqual(["/box", "/tmp", "/dev/shm"]);
    expect(stores[0]).toMatchObject({ owner: 1000, mode: 0o755 });
  });

  it("makes /dev before what lies in it", () => {
    const paths = planOf().entries.map(({ path }) => path);
    expect(paths.findIndex((path) => path.startsWith("/dev/"))).toBeGreaterThan(paths.indexOf("/dev"));
  });

  it("has no terminal and no host device", () => {
    const devices = planOf().entries.filter(({ kind }) => kind === "device");
    expect(devices.map(({ path }) => path).sort()).toEqual(
      ["full", "null", "random", "urandom", "zero"].map((name) => `/dev/${name}`),
    );
  });

  it("turns user namespaces off before /proc becomes read-only, and masks after that", () => {
    const steps = planOf().entries.map(({ kind }) => kind);
    const order = ["proc", "sysctl", "readOnly", "maskFile"] as const;
    const places = order.map((kind) => steps.indexOf(kind));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it("masks what exists and could be opened in a box, and the worst in any case", () => {
    const plan = planOf();
    expect(entryAt(plan, "/proc/kallsyms")?.kind).toBe("maskFile");
    expect(entryAt(plan, "/proc/pressure")?.kind).toBe("maskDir");
    expect(entryAt(plan, "/proc/kcore")?.kind).toBe("maskFile");
    expect(entryAt(plan, "/proc/slabinfo")).toBeUndefined(); // for the host's root alone
    expect(entryAt(plan, "/proc/modules")).toBeUndefined(); // not on this host
    expect(entryAt(plan, "/proc/cpuinfo")).toBeUndefined(); // os.cpus() needs it
  });
});

describe("the encoded plan", () => {
  function readRecords(bytes: Buffer): [kind: number, data: string][] {
    const records: [number, string][] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + 6 + bytes.readUInt32LE(at + 2);
      records.push([bytes.readUInt16LE(at), bytes.toString("latin1", at + 6, end)]);
      at = end;
    }
    return records;
  }

  const u32 = (value: number) =>
    String.fromCharCode(value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24);
  const sized = (path: string) => u32(path.length) + path;

  it("has every record as the protocol lays it out", () => {
    const records = readRecords(encodePlan(planOf({ binds: [{ source: "/opt/a", why: "a" }] })));
    const expected: [number, string][] = [
      [1, u32(3)],
      [2, "millrace"],
      [3, u32(0) + u32(2)],
      [10, `${u32(0o755)}/etc`],
      [11, `${u32(0o644) + sized("/etc/ld.so.cache")}cache`],
      [12, `${sized("/bin")}usr/bin`],
      [13, `${u32(0o666) + u32(1) + u32(3)}/dev/null`],
      [14, `${sized("/usr")}/usr`],
      [15, `${sized("/opt/a")}/opt/a`],
      [20, `${u32(0o755) + u32(1000) + sized("/box")}box`],
      [21, "/proc"],
      [22, "/proc/kallsyms"],
      [23, "/proc/pressure"],
      [24, "/proc"],
      [25, `${sized("/proc/sys/user/max_user_namespaces")}0`],
      [30, u32(4) + u32(0) + u32(0) + u32(0)],
      [31, "\0".repeat(8)],
    ];
    for (const record of expected) expect(records).toContainEqual(record);
  });

  it("keeps the order of the entries", () => {
    const plan = planOf();
    const records = readRecords(encodePlan(plan)).filter(([kind]) => kind >= 10 && kind < 30);
    expect(records).toHaveLength(plan.entries.length);
    records.forEach(([, data], index) => void expect(data).toContain(plan.entries[index]?.path));
  });
});
