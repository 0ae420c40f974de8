import { describe, expect, it } from "vitest";
import { RLIMIT } from "./rlimits.ts";
import { fakeWarmStart } from "./warm-start.test-support.ts";
import { bootEnv, bootScript, filesFor, GATE_PATH, type WarmStart } from "./warm-start.ts";

const start = fakeWarmStart({ env: { A: "1" }, mainFile: "/box/out/main.x" });

describe("what boots ahead", () => {
  it("finds the gate's variables last, and an empty file where it will stop", () => {
    expect(Object.entries(bootEnv(start))).toEqual([
      ["A", "1"],
      ["LD_PRELOAD", GATE_PATH],
      ["MILLRACE_GATE", "boot:/box/out/main.x"],
    ]);
    expect(bootScript(start).files).toEqual([{ path: "out/main.x", content: new Uint8Array(), mode: 0o644 }]);
  });

  it("needs no file to stop at its very start", () => {
    const early: WarmStart = { ...start, mainFile: null };
    expect(bootEnv(early)["MILLRACE_GATE"]).toBe("boot:/box/");
    expect(bootScript(early).files).toEqual([]);
  });

  it("finds a byte in its main file where it reads one before it boots", () => {
    const early: WarmStart = { ...start, isEarly: true };
    expect(bootEnv(early)["MILLRACE_GATE"]).toBe("boot-early:/box/out/main.x");
    expect(bootEnv({ ...early, preload: ["a", "b.c"] })["MILLRACE_GATE"]).toBe("boot-early+a,b.c:/box/out/main.x");
    expect(bootScript(early).files.map(({ content }) => content.length)).toEqual([1]);
  });

  it("finds its arguments among its files where it takes them, and else only the program's", () => {
    const spec = {
      argv: ["/usr/bin/c", "-o", "a b", ""],
      files: [{ path: "a", content: Buffer.from("a"), mode: 0o644 }],
    };
    const compiler: WarmStart = { ...start, mainFile: "/box/.arguments", takesArguments: true };
    const given = { path: ".arguments", content: Buffer.from("-o\0a b\0"), mode: 0o644 };
    expect(filesFor(compiler, spec)).toEqual([...spec.files, given]);
    expect(filesFor(start, spec)).toEqual(spec.files);
  });

  it("is bound as its run will be, but for the processor time: a run may ask for more of that", () => {
    const resources = bootScript(start).rlimits.map(({ resource }) => resource);
    expect(resources).toContain(RLIMIT.nofile);
    expect(resources).not.toContain(RLIMIT.cpu);
  });
});
