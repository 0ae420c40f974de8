import { constants } from "node:os";
import { describe, expect, it } from "vitest";
import { type Box, createBox } from "./box.ts";
import { CLEAN_EXIT, createFakeClient } from "./fake-client.test-support.ts";
import { SAMPLE_SPEC } from "./sample-run.test-support.ts";
import type { LaunchError } from "./sandbox.ts";
import { STAGES } from "./stages.ts";
import { fakeWarmStart } from "./warm-start.test-support.ts";
import type { WarmStart } from "./warm-start.ts";
import { ProtocolError } from "./wire.ts";

const BOOTED = fakeWarmStart({ id: "booted-1", executable: "/usr/bin/booted", argv: ["booted", "main"] });
const FORKED: WarmStart = { ...BOOTED, id: "forked-1", way: "fork" };

function makeBox(warm: WarmStart | null = null) {
  const fake = createFakeClient(1);
  const told: string[] = [];
  let failure: LaunchError | null = null;
  const box: Box = createBox({
    launcher: fake.client,
    kind: { diskBytes: 1_000, warm },
    zygote: warm?.way === "fork" ? 7 : 0,
    inodes: 10,
    processes: 4,
    owner: {
      prepared: () => void told.push("prepared"),
      measured: (_box, { ownBytes }) => void told.push(`measured ${ownBytes}`),
      failed: (_box, error) => {
        failure = error;
        told.push("failed");
      },
      destroyed: () => void told.push("destroyed"),
    },
  });
  return {
    ...fake,
    box,
    told,
    failure: () => failure,
    emit: (event: Parameters<typeof fake.emit>[1]) => fake.emit(1, event),
    names: () => fake.requests.map(({ name }) => name),
  };
}

function makePreparedBox() {
  const made = makeBox();
  made.emit({ kind: "prepared" });
  return made;
}

const failed = { kind: "failed", stage: STAGES.indexOf("exec") + 1, errno: 2, index: 4, detail: "" } as const;

describe("a box", () => {
  it("runs a program and reports what was seen", async () => {
    const { box, emit, told } = makePreparedBox();
    const printed: string[] = [];
    const report = box.run({ ...SAMPLE_SPEC, onOutput: (stream, bytes) => printed.push(`${stream} ${bytes}`) });
    emit({ kind: "stdout", bytes: Buffer.from("a") });
    emit({ kind: "stderr", bytes: Buffer.from("e") });
    emit({ kind: "stdout", bytes: Buffer.from("b") });
    expect(printed).toEqual(["stdout a", "stderr e", "stdout b"]);
    emit({
      kind: "exited",
      report: { ...CLEAN_EXIT, cause: 3, exitKind: "signal", exitValue: 9, stderrTruncated: true },
    });
    expect(await report).toEqual({
      isWarm: false,
      stopCause: "cpu",
      exit: { kind: "signal", signal: "SIGKILL" },
      oomKills: 0,
      cpuMs: 1.5,
      wallMs: 2,
      memoryBytes: 4_096,
      stdout: Buffer.from("ab"),
      stderr: Buffer.from("e"),
      stdoutTruncated: false,
      stderrTruncated: true,
      files: [],
      refusedFiles: [],
    });
    expect(told).toEqual(["prepared"]);
    emit({ kind: "destroyed" });
    expect(told).toEqual(["prepared", "destroyed"]);
  });

  it("tells its owner when it cannot be made", () => {
    const { emit, told, failure } = makeBox();
    emit({ ...failed, stage: STAGES.indexOf("mask") + 1, errno: constants.errno.EPERM });
    emit({ kind: "destroyed" });
    expect(told).toEqual(["failed", "destroyed"]);
    expect(failure()).toMatchObject({ stage: "mask", errno: "EPERM" });
  });

  it("tells its owner when it dies unused", async () => {
    const { box, emit, told, failure } = makePreparedBox();
    emit({ kind: "destroyed" });
    expect(told).toEqual(["prepared", "failed", "destroyed"]);
    expect(failure()).toMatchObject({ stage: "box_lost" });
    await expect(box.run(SAMPLE_SPEC)).rejects.toMatchObject({ stage: "box_lost" });
  });

  it("fails the run when the program cannot be started", async () => {
    const { box, emit, told } = makePreparedBox();
    const report = box.run(SAMPLE_SPEC);
    emit(failed);
    await expect(report).rejects.toMatchObject({ stage: "exec", errno: "ENOENT" });
    expect(told).toEqual(["prepared"]);
  });

  it("fails the run when someone outside ended the box", async () => {
    const { box, emit, names } = makePreparedBox();
    const report = box.run({ ...SAMPLE_SPEC, collect: { wants: () => true, maxBytes: 10 } });
    emit({ kind: "exited", report: { ...CLEAN_EXIT, cause: 6, exitKind: "signal", exitValue: 9 } });
    await expect(report).rejects.toMatchObject({ stage: "box_lost" });
    expect(names().at(-1)).toBe("release"); // it was to be kept
  });

  it("fails the run when it vanishes, and when the launcher is lost", async () => {
    const vanished = makePreparedBox();
    const first = vanished.box.run(SAMPLE_SPEC);
    vanished.emit({ kind: "destroyed" });
    await expect(first).rejects.toMatchObject({ stage: "box_lost" });

    const lost = makePreparedBox();
    const second = lost.box.run(SAMPLE_SPEC);
    lost.setLanes(0);
    await expect(second).rejects.toMatchObject({ stage: "launcher_lost" });
    expect(lost.told).toEqual(["prepared", "destroyed"]);
  });

  it("ends a run that is killed while it runs", async () => {
    const { box, emit, names } = makePreparedBox();
    const report = box.run(SAMPLE_SPEC);
    box.kill();
    box.kill();
    expect(names().filter((name) => name === "kill")).toHaveLength(1);
    emit({ kind: "exited", report: { ...CLEAN_EXIT, cause: 5, exitKind: "signal", exitValue: 9 } });
    expect(await report).toMatchObject({ stopCause: "killed", exit: { kind: "signal", signal: "SIGKILL" } });
  });

  it("lets go of a box that was killed and would have been kept", async () => {
    const { box, emit, names } = makePreparedBox();
    const report = box.run({ ...SAMPLE_SPEC, collect: { wants: () => true, maxBytes: 10 } });
    box.kill();
    emit({ kind: "exited", report: { ...CLEAN_EXIT, cause: 5, exitKind: "signal", exitValue: 9 } });
    expect(await report).toMatchObject({ stopCause: "killed", files: [] });
    expect(names().at(-1)).toBe("release");
  });

  it("ends a run that is killed before its program started", async () => {
    const { box, emit } = makePreparedBox();
    const report = box.run({ ...SAMPLE_SPEC, files: [{ path: "a", content: new Uint8Array(500_000), mode: 0o644 }] });
    box.kill();
    emit({ kind: "destroyed" });
    expect(await report).toMatchObject({ stopCause: "killed", cpuMs: 0, wallMs: 0 });
  });

  it("says nothing to a launcher when it is gone", () => {
    const { box, emit, requests } = makePreparedBox();
    emit({ kind: "destroyed" });
    const before = requests.length;
    box.kill();
    expect(requests).toHaveLength(before);
  });

  it.each([
    { kind: "stdout", bytes: Buffer.from("x") },
    { kind: "listed", isComplete: true },
    { kind: "prepared" },
  ] as const)("does not accept $kind when it is idle", (event) => {
    const { emit } = makePreparedBox();
    expect(() => emit(event)).toThrow(ProtocolError);
  });

  it("does not accept a second end", () => {
    const { box, emit } = makePreparedBox();
    const report = box.run({ ...SAMPLE_SPEC, collect: { wants: () => true, maxBytes: 10 } });
    emit({ kind: "exited", report: CLEAN_EXIT });
    expect(() => emit({ kind: "exited", report: CLEAN_EXIT })).toThrow(ProtocolError);
    emit({ kind: "destroyed" });
    return expect(report).rejects.toMatchObject({ stage: "box_lost" });
  });
});

describe("a box whose files are wanted", () => {
  const collect = { wants: (path: string) => path !== "skip", maxBytes: 10 };

  function makeKeptBox() {
    const made = makePreparedBox();
    const report = made.box.run({ ...SAMPLE_SPEC, collect });
    made.emit({ kind: "exited", report: CLEAN_EXIT });
    return { ...made, report };
  }

  it("returns them one after the other, then lets the box go", async () => {
    const { emit, report, sent, names } = makeKeptBox();
    for (const [path, size] of [
      ["a", 3],
      ["skip", 1],
      ["b", 4],
      ["c", 4],
    ] as const)
      emit({ kind: "entry", size, path: Buffer.from(path) });
    emit({ kind: "listed", isComplete: true });
    emit({ kind: "content", bytes: Buffer.from("aa") });
    emit({ kind: "content", bytes: Buffer.from("a") });
    emit({ kind: "readEnd", errno: 0 });
    emit({ kind: "content", bytes: Buffer.from("bbbb") });
    emit({ kind: "readEnd", errno: 0 });
    emit({ kind: "readEnd", errno: constants.errno.EFBIG });
    expect(await report).toMatchObject({
      files: [
        { path: "a", content: Buffer.from("aaa") },
        { path: "b", content: Buffer.from("bbbb") },
      ],
      refusedFiles: [{ path: "c", reason: "larger than what is left of the allowance" }],
    });
    expect(sent("read").map(({ payload }) => [payload.readUInt32LE(0), payload.toString("utf8", 8)])).toEqual([
      [10, "a"],
      [7, "b"],
      [3, "c"],
    ]);
    expect(names().at(-1)).toBe("release");
  });

  it("refuses names that are not UTF-8 and says when there were too many", async () => {
    const { emit, report } = makeKeptBox();
    emit({ kind: "entry", size: 1, path: Buffer.from([97, 0xff]) });
    emit({ kind: "listed", isComplete: false });
    expect(await report).toMatchObject({
      files: [],
      refusedFiles: [
        { path: "a\ufffd", reason: "its name is not UTF-8" },
        { path: ".", reason: "too many files: some were not looked at" },
      ],
    });
  });

  it("can be killed while they are read", async () => {
    const { emit, report, box, names } = makeKeptBox();
    emit({ kind: "entry", size: 1, path: Buffer.from("a") });
    emit({ kind: "listed", isComplete: true });
    box.kill();
    emit({ kind: "destroyed" });
    expect(await report).toMatchObject({ stopCause: "killed", files: [] });
    expect(names()).not.toContain("release");
  });

  it("does not accept more of a file than was asked for", () => {
    const { emit, report } = makeKeptBox();
    emit({ kind: "entry", size: 1, path: Buffer.from("a") });
    emit({ kind: "listed", isComplete: true });
    expect(() => emit({ kind: "content", bytes: Buffer.alloc(11) })).toThrow(ProtocolError);
    emit({ kind: "destroyed" });
    return expect(report).rejects.toMatchObject({ stage: "box_lost" });
  });
});

describe("a warm box", () => {
  it("with a zygote's child is ready when it is made", async () => {
    const { emit, told, requests, box, names } = makeBox(FORKED);
    expect(requests[0]?.payload.readUInt32LE(16)).toBe(7);
    emit({ kind: "prepared" });
    expect(told).toEqual(["prepared"]);
    const report = box.run(SAMPLE_SPEC);
    emit({ kind: "exited", report: CLEAN_EXIT });
    expect(await report).toMatchObject({ isWarm: true });
    expect(names()).toEqual(["prepare", "start", "stdinEnd"]);
  });

  it("is ready when its interpreter has booted", async () => {
    const { emit, told, requests, box, names } = makeBox(BOOTED);
    emit({ kind: "prepared" });
    expect(told).toEqual([]);
    expect(names()).toEqual(["prepare", "load"]);
    expect(requests[1]?.payload.toString()).toMatch(
      /LD_PRELOAD=.*MILLRACE_GATE=boot:\/box\/main.*\/usr\/bin\/booted$/s,
    );
    emit({ kind: "credit", channel: "load", bytes: requests[1]?.payload.length ?? 0 });
    emit({ kind: "booted" });
    expect(told).toEqual(["prepared"]);
    const report = box.run(SAMPLE_SPEC);
    emit({ kind: "exited", report: CLEAN_EXIT });
    expect(await report).toMatchObject({ isWarm: true });
  });

  it("whose interpreter ends before its gate has failed", () => {
    const { emit, told, failure } = makeBox(BOOTED);
    emit({ kind: "prepared" });
    emit({ ...failed, stage: STAGES.indexOf("lost") + 1 });
    emit({ kind: "destroyed" });
    expect(told).toEqual(["failed", "destroyed"]);
    expect(failure()?.stage).toBe("lost");
  });

  it.each([FORKED, BOOTED])("that is given up while it boots is still owed, until its end is told: $way", (warm) => {
    const { box, owedFromMs } = makeBox(warm);
    const since = owedFromMs(1);
    box.kill();
    expect(since).toBeLessThanOrEqual(performance.now());
    expect(owedFromMs(1)).toBe(since);
  });

  it("that boots is owed by nobody but the interpreter, until it is given up", () => {
    const { box, emit, owedFromMs } = makeBox(BOOTED);
    emit({ kind: "prepared" });
    expect(owedFromMs(1)).toBe(Number.POSITIVE_INFINITY);
    box.kill();
    expect(owedFromMs(1)).toBeLessThanOrEqual(performance.now());
  });

  it("that can be anything is not told of having booted", () => {
    const { emit } = makePreparedBox();
    expect(() => emit({ kind: "booted" })).toThrow(ProtocolError);
  });
});
