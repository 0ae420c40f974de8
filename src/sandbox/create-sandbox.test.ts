import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BoxPlan } from "./box-plan.ts";
import { createSandbox } from "./create-sandbox.ts";
import { exitedWith, type FakeLauncherOptions, startFakeLauncher } from "./fake-launcher.test-support.ts";
import { SAMPLE_SPEC } from "./sample-run.test-support.ts";
import { PROTOCOL_VERSION } from "./wire.ts";

const PLAN: BoxPlan = {
  lanes: 8,
  hostname: "box",
  memoryBytes: 1_000_000,
  processes: 4,
  entries: [{ kind: "proc", path: "/proc", why: "test" }],
  rlimits: [],
  warmStarts: [],
  filter: Buffer.alloc(8),
};

const fail = () => expect.fail("nobody should replace it");

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: FakeLauncherOptions & { slots?: number; prepared?: number } = {}) {
  const launcher = await startFakeLauncher(options);
  closing.push(launcher.close);
  const errors: string[] = [];
  /** How many connections there had been when the launcher was replaced. */
  const replaced: number[] = [];
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (_: object, text: string) => void errors.push(text),
  };
  const { slots, prepared = 2 } = options;
  const sandbox = await createSandbox({
    socketPath: launcher.socketPath,
    plan: PLAN,
    prepared,
    ...(slots === undefined ? {} : { slots }),
    log,
    replaceLauncher: () => void replaced.push(launcher.connections()),
  });
  closing.push(sandbox.close);
  return { launcher, sandbox, errors, replaced };
}

/** Programs print "hi" and end with 3. */
const ends: FakeLauncherOptions["onRequest"] = ({ name, box }, emit) => {
  if (name !== "start") return;
  emit("stdout", box, Buffer.from("hi"));
  emit("exited", box, exitedWith(3));
  emit("destroyed", box);
};

describe("a sandbox", () => {
  it("says hello, defines the plan and makes boxes ahead", async () => {
    const { launcher, sandbox } = await start();
    expect(sandbox.isReady()).toBe(true);
    expect(launcher.requests).toHaveLength(4);
    expect(launcher.requests.map(({ name }) => name)).toEqual(["hello", "define", "prepare", "prepare"]);
    expect(launcher.requests[0]?.payload).toEqual(Buffer.from([PROTOCOL_VERSION, 0, 0, 0]));
  });

  it("is there when the first box is, not before", async () => {
    const preparing: (() => void)[] = [];
    let isThere = false;
    const starting = start({ onPrepare: (box, emit) => preparing.push(() => emit("prepared", box)) });
    void starting.then(() => (isThere = true));
    await vi.waitFor(() => expect(preparing).toHaveLength(2));
    expect(isThere).toBe(false);
    preparing.shift()?.();
    const { sandbox } = await starting;
    expect(sandbox.isReady()).toBe(true);
    preparing.shift()?.();
  });

  it("runs programs", async () => {
    const { sandbox } = await start({ onRequest: ends });
    const reports = await Promise.all(Array.from({ length: 20 }, () => sandbox.run(SAMPLE_SPEC)));
    for (const { exit, stdout } of reports) {
      expect(exit).toEqual({ kind: "code", code: 3 });
      expect(Buffer.from(stdout).toString()).toBe("hi");
    }
  });

  it("starts nothing when the run was aborted before", async () => {
    const { launcher, sandbox } = await start({ onRequest: ends });
    expect(await sandbox.run(SAMPLE_SPEC, { signal: AbortSignal.abort() })).toMatchObject({
      stopCause: "killed",
      cpuMs: 0,
    });
    expect(launcher.requests.some(({ name }) => name === "start")).toBe(false);
  });

  it("kills the box of a run that is aborted", async () => {
    const controller = new AbortController();
    const { launcher, sandbox } = await start({
      onRequest: ({ name }) => {
        if (name === "start") controller.abort();
      },
    });
    expect(await sandbox.run(SAMPLE_SPEC, { signal: controller.signal })).toMatchObject({ stopCause: "killed" });
    expect(launcher.requests.filter(({ name }) => name === "kill")).toHaveLength(1);
  });

  it("has at most as many boxes in use as there are slots", async () => {
    const ended: (() => void)[] = [];
    const { launcher, sandbox } = await start({
      slots: 1,
      onRequest: ({ name, box }, emit) => {
        if (name !== "start") return;
        emit("exited", box, exitedWith(0));
        ended.push(() => emit("destroyed", box));
      },
    });
    const starts = () => launcher.requests.filter(({ name }) => name === "start").length;
    await sandbox.run(SAMPLE_SPEC);
    const second = sandbox.run(SAMPLE_SPEC);
    await expect(Promise.race([second, delay(50)])).resolves.toBeUndefined();
    expect(starts()).toBe(1);
    ended.shift()?.();
    await second;
    expect(starts()).toBe(2);
    ended.shift()?.();
  });

  it("kills what runs when it is closed, and runs nothing after that", async () => {
    const { launcher, sandbox } = await start();
    const report = sandbox.run(SAMPLE_SPEC);
    await vi.waitFor(() => expect(launcher.requests.some(({ name }) => name === "start")).toBe(true));
    await Promise.all([sandbox.close(), sandbox.close()]);
    expect(await report).toMatchObject({ stopCause: "killed" });
    await expect(sandbox.run(SAMPLE_SPEC)).rejects.toMatchObject({ stage: "closed" });
    expect(sandbox.isReady()).toBe(false);
  });
});

describe("a launcher that is lost", () => {
  it("fails what it was running, and the next one runs the rest", async () => {
    let isFirst = true;
    const { launcher, sandbox } = await start({
      onRequest: (request, emit) => {
        if (request.name !== "start") return;
        if (!isFirst) ends(request, emit);
        else launcher.drop();
        isFirst = false;
      },
    });
    await expect(sandbox.run(SAMPLE_SPEC)).rejects.toMatchObject({ stage: "launcher_lost" });
    expect(sandbox.isReady()).toBe(false);
    expect(await sandbox.run(SAMPLE_SPEC)).toMatchObject({ exit: { kind: "code", code: 3 } });
    expect(launcher.connections()).toBe(2);
    expect(launcher.requests.filter(({ name }) => name === "define")).toHaveLength(2);
  });

  it.each([
    ["a frame that is too large", Buffer.from([0, 0, 0x20, 0, 133, 0, 0, 0, 1, 0, 0, 0])],
    ["an unknown event", Buffer.from([0, 0, 0, 0, 200, 0, 0, 0, 1, 0, 0, 0])],
    ["an event of a box that does not exist", Buffer.from([0, 0, 0, 0, 140, 0, 0, 0, 99, 0, 0, 0])],
    ["a second WELCOME", Buffer.from([8, 0, 0, 0, 129, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0])],
    ["FATAL", Buffer.from([2, 0, 0, 0, 141, 0, 0, 0, 0, 0, 0, 0, 110, 111])],
  ])("is one that sends %s", async (_what, bytes) => {
    const { launcher, sandbox, errors } = await start();
    const report = sandbox.run(SAMPLE_SPEC);
    await vi.waitFor(() => expect(launcher.requests.some(({ name }) => name === "start")).toBe(true));
    launcher.write(bytes);
    await expect(report).rejects.toMatchObject({ stage: "launcher_lost" });
    expect(errors).toEqual(["the launcher and the worker do not understand each other"]);
    await vi.waitFor(() => expect(sandbox.isReady()).toBe(true));
    expect(launcher.connections()).toBe(2);
  });
});

describe("a launcher that does not answer", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  /** Turns of the event loop in which a socket's bytes arrive. */
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1_000) {
      vi.advanceTimersByTime(1_000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  it("is given up and replaced when a run is overdue", async () => {
    const { launcher, sandbox, replaced, errors } = await start();
    const lost = expect(sandbox.run(SAMPLE_SPEC)).rejects.toMatchObject({ stage: "launcher_lost" });
    await pass(SAMPLE_SPEC.limits.wallMs + 9_000);
    expect(replaced).toEqual([]);
    await pass(7_000);
    expect(replaced).toEqual([1]);
    expect(errors).toEqual(["the launcher is gone"]);
    await lost;
    await vi.waitFor(() => expect(launcher.connections()).toBe(2));
  });

  it("is given up and replaced when a box takes too long to be made", async () => {
    let count = 0;
    const { replaced } = await start({ onPrepare: (box, emit) => void (count++ === 0 && emit("prepared", box)) });
    await pass(16_000);
    expect(replaced).toEqual([1]);
  });

  it("is left alone while nothing is asked of it", async () => {
    const { replaced } = await start();
    await pass(60_000);
    expect(replaced).toEqual([]);
  });

  it("is left alone while it says anything", async () => {
    const { launcher, sandbox, replaced } = await start();
    const run = sandbox.run(SAMPLE_SPEC);
    await vi.waitFor(() => expect(launcher.requests.some(({ name }) => name === "start")).toBe(true));
    const box = launcher.requests.find(({ name }) => name === "start")?.box ?? 0;
    for (let n = 0; n < 10; n++) {
      await pass(5_000);
      launcher.write(Buffer.from([1, 0, 0, 0, 133, 0, 0, 0, box, 0, 0, 0, 120]));
    }
    expect(replaced).toEqual([]);
    await sandbox.close();
    await run;
  });
});

describe("a launcher that cannot be used", () => {
  it("is told at once when it refuses the plan", async () => {
    const refused = start({ onDefine: (emit) => emit("fatal", 0, Buffer.from("DEFINE: no root")) });
    await expect(refused).rejects.toMatchObject({
      stage: "connect",
      message: expect.stringContaining("DEFINE: no root"),
    });
  });

  it("is told at once when it speaks another version", async () => {
    const refused = start({ onDefine: (emit) => emit("welcome", 0, Buffer.from([99, 0, 0, 0, 8, 0, 0, 0])) });
    await expect(refused).rejects.toMatchObject({ stage: "connect" });
  });

  it("is told when no box can be made, with the step that failed; nothing stays open", async () => {
    const failed = Buffer.from([8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    const launcher = await startFakeLauncher({
      onPrepare: (box, emit) => {
        emit("failed", box, failed);
        emit("destroyed", box);
      },
    });
    closing.push(launcher.close);
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const sandbox = createSandbox({
      socketPath: launcher.socketPath,
      plan: PLAN,
      prepared: 1,
      log,
      replaceLauncher: fail,
    });
    await expect(sandbox).rejects.toMatchObject({ stage: "namespaces", errno: "EPERM" });
    await vi.waitFor(() => expect(launcher.open()).toBe(0));
  });

  it("is told after a while when it is not there", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const sandbox = createSandbox({
      socketPath: "/nowhere/launcher.sock",
      plan: PLAN,
      prepared: 1,
      log,
      replaceLauncher: fail,
    });
    const refused = expect(sandbox).rejects.toMatchObject({ stage: "connect" });
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    await refused;
  });
});
