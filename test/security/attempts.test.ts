import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import { findOrdinaryUser } from "../hosts/ordinary-user.ts";
import { execute, run, runC } from "../support/client.ts";
import { countDescriptors } from "../support/processes.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const MIB = 1024 * 1024;
/** Errors of Linux. */
const EPERM = 1;
const ENOENT = 2;
const ENOSPC = 28;
const EROFS = 30;

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ slots: 2, env: { MILLRACE_TEST_SECRET: "secret-of-the-host" } });
});

afterAll(async () => {
  await server?.stop();
});

function read(name: string): string {
  return readFileSync(new URL(`attempts/${name}`, import.meta.url), "utf8");
}

const user = findOrdinaryUser();

function attempt(name: string, request: Omit<ExecutionRequest, "language"> = {}) {
  return run(server, { language: "python", code: read(name), ...request });
}

describe("two boxes at once", () => {
  test("share no lock, watch, socket, file, IPC object or count", async (context) => {
    if (user !== null) return context.skip("rootless: devices are the host's own, and counted together: docs/hosts.md");
    // What comes from the host: its libraries, its interpreters, also one outside /usr; and what is made for a box.
    const { stdout: node } = await run(server, {
      language: "javascript",
      code: "process.stdout.write(process.execPath)",
    });
    const args = ["/usr/bin/python3", "/usr/bin/env", "/etc/passwd", "/etc/ld.so.cache", "/dev/null", node];

    const holder = attempt("neighbour-holds.py", { args });
    const isHolding = () => server.instance.boxProcesses().some(({ name }) => name === "holding");
    expect(await until(() => (isHolding() ? [] : ["it does not hold yet"]))).toEqual([]);
    const looks = await attempt("neighbour-looks.py", { args });

    expect(looks).toMatchObject({ stdout: "CONTAINED\n", stderr: "", status: "ok" });
    const holds = await holder;
    expect(holds).toMatchObject({ stdout: expect.stringMatching(/^HELD [1-9]\d* [1-9]\d*\n$/), stderr: "" });
  });
});

describe("what a program finds", () => {
  const factsSchema = z.object({
    ids: z.unknown(),
    session: z.array(z.int()),
    descriptors: z.array(z.int()),
    environment: z.record(z.string(), z.string()),
    hostname: z.string(),
    directory: z.string(),
    umask: z.int(),
    status: z.string(),
    mounts: z.string(),
    groups: z.string(),
    uidMap: z.array(z.string()),
    maxUserNamespaces: z.string(),
    oomScoreAdj: z.int(),
    limits: z.string(),
    top: z.array(z.string()),
    etc: z.array(z.string()),
    besideToolchains: z.array(z.string()),
    var: z.array(z.string()),
    dev: z.array(z.string()),
    processes: z.array(z.int()),
    cpus: z.int(),
    stdin: z.string(),
    /** Length of files and directories of /proc that tell of the host. */
    told: z.record(z.string(), z.int()),
    pidOne: z.record(z.string(), z.int()),
    writes: z.record(z.string(), z.int()),
  });
  let facts: z.infer<typeof factsSchema>;
  let mounts: { path: string; root: string; flags: string[]; type: string; options: string }[];

  beforeAll(async () => {
    const { stdout } = await attempt("facts.py", { stdin: "input", env: { MINE: "yes" } });
    facts = factsSchema.parse(JSON.parse(stdout));
    mounts = facts.mounts
      .trimEnd()
      .split("\n")
      .map((line) => {
        const [before = "", after = ""] = line.split(" - ");
        const [, , , root = "", path = "", flags = ""] = before.split(" ");
        const [type = "", , options = ""] = after.split(" ");
        return { path, root, flags: flags.split(","), type, options };
      });
  });

  test("it is user 1000 of two, in no group, and root of the host is nobody here", () => {
    expect(facts.ids).toEqual([[1000, 1000, 1000], [1000, 1000, 1000], []]);
    const [, rootOutside, rootCount, , , userCount] = facts.uidMap.map(Number);
    expect([rootCount, userCount]).toEqual([1, 1]);
    // An ordinary user's are told as they are called in its own namespace.
    expect(rootOutside).toBeGreaterThan(user === null ? 1_900_000_000 : 0);
  });

  test("it is no pid 1, leads its session, and sees no other process", () => {
    const [pid, session, group, parent] = facts.session;
    expect(pid).toBeGreaterThan(1);
    expect([session, group, parent]).toEqual([pid, pid, 0]);
    expect(facts.processes).toEqual([pid]);
  });

  test("pid 1 can be neither signalled, seen nor looked into", () => {
    expect(facts.pidOne).toEqual({
      kill: EPERM,
      stop: EPERM,
      stat: ENOENT,
      root: ENOENT,
      exe: ENOENT,
      mem: ENOENT,
      descriptors: ENOENT,
    });
  });

  test("descriptors are standard input, output and error, which can be opened by name", () => {
    expect(facts.descriptors).toEqual([0, 1, 2]);
    expect(facts.stdin).toBe("input");
  });

  test("the environment is the language's and the request's", () => {
    expect(facts.environment).toEqual({
      PATH: "/usr/local/bin:/usr/bin:/bin",
      HOME: "/box",
      LANG: "C.UTF-8",
      PYTHONDONTWRITEBYTECODE: "1",
      OPENBLAS_NUM_THREADS: "1",
      MINE: "yes",
    });
  });

  test("it has no power and a filter", () => {
    const lines = facts.status.split("\n").map((line) => line.replace("\t", " "));
    const zero = "0000000000000000";
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) expect(lines).toContain(`${set}: ${zero}`);
    expect(lines).toContain("NoNewPrivs: 1");
    expect(lines).toContain("Seccomp: 2");
    expect(facts.maxUserNamespaces).toBe("0");
    expect(facts.oomScoreAdj).toBe(500);
  });

  test("soft and hard limits are alike", () => {
    const limits = facts.limits
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.slice(26).trim().split(/\s+/));
    for (const [soft, hard] of limits) expect(soft).toBe(hard);
    expect(facts.limits).toMatch(/^Max core file size +0 +0 /m);
    expect(facts.limits).toMatch(/^Max locked memory +65536 +65536 /m);
    expect(facts.limits).toMatch(/^Max processes +64 +64 /m);
    expect(facts.limits).toMatch(/^Max open files +256 +256 /m);
    expect(facts.limits).toMatch(/^Max file size +33554432 +33554432 /m);
  });

  test("the host has no name here", () => {
    expect(facts.hostname).toBe("millrace");
    for (const { root, options } of mounts) {
      expect(options).not.toMatch(/(?:lower|upper|work)dir=\//);
      // A path of the host would have its directories; these two are what things are hidden with.
      expect(root).toMatch(/^\/(?:[^/]*|opt\/millrace\/(?:empty|nothing))$/);
    }
    expect(
      facts.groups
        .trimEnd()
        .split("\n")
        .filter((line) => !line.endsWith(":/")),
    ).toEqual([]);
  });

  test("/proc tells nothing of the host's hardware, kernel and load", () => {
    expect(Object.keys(facts.told).length).toBeGreaterThan(10);
    expect(Object.entries(facts.told).filter(([, length]) => length > 0)).toEqual([]);
  });

  test("mounts are nosuid and nodev; what is not the program's own is read-only", () => {
    for (const { path, flags } of mounts) {
      expect(flags, path).toContain("nosuid");
      const isDevice = path === "/dev" || (user !== null && path.startsWith("/dev/") && path !== "/dev/shm");
      if (!isDevice) expect(flags, path).toContain("nodev");
      const isOwn = ["/box", "/tmp", "/dev/shm"].includes(path);
      // The lower of two mounts at /proc cannot be reached.
      const isCovered = path === "/proc" && !flags.includes("ro");
      if (!isCovered) expect(flags.includes("rw"), path).toBe(isOwn);
    }
    expect(mounts.filter(({ path }) => path === "/proc").at(-1)?.flags).toContain("ro");
  });

  test("nothing outside its own directories can be written", () => {
    for (const [path, errno] of Object.entries(facts.writes)) expect([path, errno]).toEqual([path, expect.any(Number)]);
    const written = Object.entries(facts.writes).filter(([, errno]) => errno === 0);
    expect(written).toEqual([]);
    expect(facts.writes["/usr/bin/env"]).toBe(EROFS);
    expect(facts.writes["/proc/self/oom_score_adj"]).toBe(EROFS);
  });

  test("directories are the box's: nothing of the host's /etc, /home, /root, /run, /sys, /var", () => {
    for (const name of ["run", "sys", "mnt", "media", "srv", "boot"]) expect(facts.top).not.toContain(name);
    // A toolchain that somebody has at home is there, and nothing beside it.
    expect(facts.besideToolchains).toEqual([]);
    expect(facts.var.filter((name) => name !== "lib")).toEqual(["tmp"]);
    expect(facts.dev).toEqual(["fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom", "zero"]);
    expect(facts.etc.filter((path) => /shadow|ssh|machine-id|sudoers/.test(path))).toEqual([]);
    expect(facts.directory).toBe("/box");
    expect(facts.umask).toBe(0o22);
  });

  test("it knows how many processors there are", () => {
    expect(facts.cpus).toBeGreaterThan(0);
  });
});

describe("a box that stands ready", () => {
  test("has given up everything before it knows what it will run", async () => {
    expect(await until(server.instance.unrest)).toEqual([]);
    const processes = server.instance.boxProcesses();
    expect(processes.length).toBeGreaterThan(1);
    for (const { pid, executable } of processes) {
      const lines = readFileSync(`/proc/${pid}/status`, "utf8").split("\n");
      const zero = "0000000000000000";
      for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) expect(lines).toContain(`${set}:\t${zero}`);
      // Pid 1 may read, write and exit, and nothing else: the strict mode. The others have the filter.
      const isPidOne = lines.some((line) => /^NSpid:\t\d+\t1$/.test(line));
      for (const line of ["NoNewPrivs:\t1", `Seccomp:\t${isPidOne ? 1 : 2}`, "Groups:\t "])
        expect(lines).toContain(line);
      // Pid 1 has its life line and the line to the maker that is gone; the parked process its three streams, its script and the way
      // to say what went wrong. An interpreter that was booted ahead has opened what it likes in its box.
      if (executable?.endsWith("millrace-launcher")) expect(countDescriptors(pid)).toBe(isPidOne ? 2 : 5);
    }
  });
});

describe("what a compiler leaves in place of its program", () => {
  /** A program of the host that a box cannot see: whoever follows the link finds it. */
  const script = `/tmp/millrace-artifact-${process.pid}`;

  beforeAll(() => writeFileSync(script, "#!/bin/sh\necho ESCAPE: ran a file of the host\n", { mode: 0o755 }));
  afterAll(() => rmSync(script));

  test.for([
    `ln -s ${script} main`,
    "ln -s /proc/self/exe main",
    "ln -s /dev/zero main",
    "mkdir d && ln -s ../../../../tmp d/t && ln -s d/t main",
    "mkfifo main",
    "mkdir main",
    "touch main && ln main other",
  ])("%s: is neither followed nor run", async (command) => {
    // gcc starts the wrapper once for each of its passes.
    const plant = [`-wrapper`, `sh,-c,${command} || true`];
    const { status, compile, run } = await execute(server, { language: "c", code: "int main;", compileArgs: plant });
    expect({ status, run, compileStatus: compile?.status }).toEqual({
      status: "compile_error",
      run: null,
      compileStatus: "compile_error",
    });
    expect(compile?.message).toContain("main");
  });
});

describe("memory", () => {
  test("above the memory limit ends the run", async () => {
    const { status } = await attempt("takes-memory.py", { limits: { memoryBytes: 64 * MIB } });
    expect(status).toBe("memory_limit_exceeded");
  });
});

describe("socket buffers", () => {
  test("beyond a quarter of the memory limit are not to be had", async () => {
    const { stdout, status, memoryBytes } = await attempt("fills-sockets.py", { limits: { memoryBytes: 64 * MIB } });
    expect(status).toBe("ok");
    expect(Number(stdout)).toBeLessThan(48);
    expect(memoryBytes).toBeLessThanOrEqual(64 * MIB);
  });
});

describe("output", () => {
  test("above the output limit ends the run", async () => {
    const code = "print('x' * 2_000_000)";
    const { status } = await run(server, { language: "python", code, limits: { outputBytes: MIB } });
    expect(status).toBe("output_limit_exceeded");
  });
});

describe("processes", () => {
  test("above the process limit cannot be made", async () => {
    const { stdout } = await attempt("makes-processes.py", { limits: { processes: 16 } });
    expect(stdout).toBe("made 15\n");
  });
});

describe("limits are exact", () => {
  test("16,384 files and directories, and diskBytes of content, wherever they are", async () => {
    const { stdout } = await attempt("fill.py", { limits: { diskBytes: 8 * MIB, cpuMs: 10_000, wallMs: 20_000 } });
    const pageOfMain = 4096;
    expect(stdout).toBe(`files ${16_384 - 1} ${ENOSPC}\nbytes ${8 * MIB - pageOfMain} ${ENOSPC}\n`);
  });
});

describe("the end of a run", () => {
  test("does not wait for what main leaves behind, and takes it along", async () => {
    const { stdout, status, wallMs } = await runC(server, read("outlives.c"));
    expect({ stdout, status }).toEqual({ stdout: "main ends\n", status: "ok" });
    expect(wallMs).toBeLessThan(3_000);
    expect(await until(server.instance.unrest)).toEqual([]);
  });

  test("is not put off by processes that are made children of the launcher", async () => {
    expect((await runC(server, read("clones-sibling.c"))).stdout).toBe(`errno ${EPERM}\n`);
  });

  test("cannot be spoilt by signals to everybody", async () => {
    const { stdout } = await runC(server, read("kills-all.c"));
    expect(stdout).toBe(`all: 0\nown child: signal 15\npid 1: errno ${EPERM}\n`);
  });
});

describe("the network", () => {
  test("is a loopback of its own", async () => {
    const { stdout, stderr } = await attempt("network.py", { args: [String(server.port)] });
    expect(stderr).toBe("");
    expect(stdout).toBe("SERVED 127.0.0.1 hello\nSERVED ::1 hello\nSERVED udp hello\nDONE\n");
  });

  /** More runs than there are lanes, so that each lane's next box is looked at. */
  const RUNS = 12;
  const traces = async () => {
    const runs = [];
    for (let i = 0; i < RUNS; i++) runs.push((await attempt("network-traces.py")).stdout);
    return runs;
  };

  test.each([
    "connects",
    "is refused",
    "sends datagrams",
    "only connects datagrams",
    "joins groups",
    "labels flows",
    "sends itself",
  ])("tells nothing of the run before, which %s", async (use) => {
    const [unused] = await traces();
    for (let i = 0; i < RUNS; i++) expect((await attempt("network-use.py", { args: [use] })).stdout).toBe("USED\n");
    expect(new Set(await traces())).toEqual(new Set([unused]));
  });
});
