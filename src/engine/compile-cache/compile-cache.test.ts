import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_COMPILE_LIMITS } from "../../domain/limits.ts";
import { createCompileCache } from "./compile-cache.ts";
import { type CompileInput, compileKey } from "./compile-key.ts";
import { type Compiled, decodeCompiled, encodeCompiled } from "./compiled.ts";
import type { FileStore } from "./file-store.ts";

function compiledOf(changes: Partial<Compiled["result"]> = {}, content = "program"): Compiled {
  return {
    result: {
      status: "ok",
      exit: { kind: "code", code: 0 },
      stdout: Buffer.from("out"),
      stderr: Buffer.from("warning"),
      stdoutTruncated: false,
      stderrTruncated: false,
      cpuMs: 100,
      wallMs: 120,
      memoryBytes: 1_000_000,
      cached: false,
      warm: false,
      message: null,
      ...changes,
    },
    artifacts: [{ path: "main", content: Buffer.from(content) }],
  };
}

function memoryStore() {
  const files = new Map<string, Buffer>();
  const store: FileStore = {
    read: async (key) => files.get(key) ?? null,
    write: async (key, parts) => void files.set(key, Buffer.concat(parts)),
    remove: async (key) => void files.delete(key),
  };
  return { store, files };
}

function makeCache(result = compiledOf()) {
  const { store, files } = memoryStore();
  const cache = createCompileCache(store);
  let runs = 0;
  const get = (limits = DEFAULT_COMPILE_LIMITS, key = "key") =>
    cache.get(key, {
      limits,
      signal: new AbortController().signal,
      onAbort: () => compiledOf({ status: "cancelled" }),
      async compile() {
        runs++;
        return result;
      },
    });
  return { get, runs: () => runs, files };
}

describe("the cache of compiled programs", () => {
  it("compiles what it does not know, and never again", async () => {
    const { get, runs } = makeCache();
    expect((await get()).result.cached).toBe(false);
    const again = await get();
    expect(again.result).toMatchObject({ cached: true, status: "ok", cpuMs: 100, memoryBytes: 1_000_000 });
    expect(Buffer.from(again.result.stderr).toString()).toBe("warning");
    expect(Buffer.from(again.artifacts[0]?.content ?? "").toString()).toBe("program");
    expect(runs()).toBe(1);
  });

  it("compiles once for two at the same time, under the same limits", async () => {
    const { get, runs } = makeCache();
    await Promise.all([get(), get()]);
    expect(runs()).toBe(1);
  });

  it("compiles each for itself under different limits", async () => {
    const { get, runs } = makeCache();
    await Promise.all([get(), get({ ...DEFAULT_COMPILE_LIMITS, cpuMs: 1 })]);
    expect(runs()).toBe(2);
  });

  it.each(["compile_error", "time_limit_exceeded", "internal_error", "cancelled"] as const)(
    "does not keep what ended as %s",
    async (status) => {
      const { get, files } = makeCache(compiledOf({ status }));
      await get();
      expect(files.size).toBe(0);
    },
  );

  it.each([
    ["cpuMs", 99, 100],
    ["wallMs", 119, 120],
    ["memoryBytes", 999_999, 1_000_000],
    ["outputBytes", 9, 10],
    ["diskBytes", 6, 7],
    ["fileBytes", 6, 7],
  ] as const)("serves only those whose %s would have been enough", async (name, tooLittle, enough) => {
    const { get } = makeCache();
    await get();
    expect((await get({ ...DEFAULT_COMPILE_LIMITS, [name]: tooLittle })).result.cached).toBe(false);
    expect((await get({ ...DEFAULT_COMPILE_LIMITS, [name]: enough })).result.cached).toBe(true);
  });

  it("makes a damaged file again", async () => {
    const { get, files } = makeCache();
    await get();
    files.set("key", (files.get("key") ?? Buffer.alloc(0)).subarray(0, -1));
    expect((await get()).result.cached).toBe(false);
    expect((await get()).result.cached).toBe(true);
  });
});

it("a program is given before it is kept, unless many wait for the disk", async () => {
  const { store } = memoryStore();
  const { promise: disk, resolve: work } = Promise.withResolvers<void>();
  const cache = createCompileCache({ ...store, write: () => disk });
  let given = 0;
  const asked = Array.from({ length: 12 }, async (_, index) => {
    await cache.get(`key${index}`, {
      limits: DEFAULT_COMPILE_LIMITS,
      signal: new AbortController().signal,
      onAbort: () => compiledOf({ status: "cancelled" }),
      compile: async () => compiledOf(),
    });
    given += 1;
  });
  await delay(20);
  expect(given).toBe(8);
  work();
  await Promise.all(asked);
});

it("whoever asks at whatever time, a program is compiled once, and nobody gets another's", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.constantFrom("a", "b"), { maxLength: 8 }), async (scheduler, keys) => {
      const { store } = memoryStore();
      const cache = createCompileCache({
        ...store,
        read: scheduler.scheduleFunction(store.read),
        write: scheduler.scheduleFunction(store.write),
      });
      const compiled: string[] = [];
      const ask = (key: string) =>
        cache.get(key, {
          limits: DEFAULT_COMPILE_LIMITS,
          signal: new AbortController().signal,
          onAbort: () => compiledOf({ status: "cancelled" }),
          compile: scheduler.scheduleFunction(async () => {
            compiled.push(key);
            return compiledOf({}, key);
          }),
        });
      const askers = scheduler.scheduleSequence(keys.map((key) => async () => void asked.push(ask(key))));
      const asked: ReturnType<typeof ask>[] = [];
      await scheduler.waitIdle();
      expect(askers.done).toBe(true);
      const programs = (await Promise.all(asked)).map(({ artifacts }) => String(artifacts[0]?.content));
      expect(programs).toEqual(keys);
      expect(compiled.toSorted()).toEqual([...new Set(keys)].toSorted());
    }),
  );
});

it("what everyone who wanted it has left is not kept, whenever they leave", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 4 }),
      fc.nat(6),
      async (scheduler, askers, leaveAfter) => {
        const { store, files } = memoryStore();
        const cache = createCompileCache({ ...store, read: scheduler.scheduleFunction(store.read) });
        const leaving = new AbortController();
        const cancelled = compiledOf({ status: "cancelled" });
        const asked = Array.from({ length: askers }, () =>
          cache.get("key", {
            limits: DEFAULT_COMPILE_LIMITS,
            signal: leaving.signal,
            onAbort: () => cancelled,
            // As a box that is killed: its run has ended in another way.
            compile: scheduler.scheduleFunction(async (signal) => (signal.aborted ? cancelled : compiledOf())),
          }),
        );
        for (let step = 0; step < leaveAfter && scheduler.count() > 0; step++) await scheduler.waitOne();
        leaving.abort();
        await scheduler.waitIdle();
        const statuses = (await Promise.all(asked)).map(({ result }) => result.status);
        expect(new Set(statuses).size).toBe(1);
        expect([...files.keys()]).toEqual(files.size === 0 ? [] : ["key"]);
        if (statuses[0] === "ok") expect(files.size).toBe(1);
        for (const bytes of files.values()) expect(decodeCompiled(bytes).result.status).toBe("ok");
      },
    ),
  );
});

it("a compiled program comes back as it was", () => {
  const content = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(content, content, fc.array(fc.tuple(fc.string(), content)), (stdout, stderr, files) => {
      const artifacts = files.map(([path, bytes]) => ({ path, content: bytes }));
      const compiled = { ...compiledOf({ stdout, stderr, cached: true }), artifacts };
      expect(decodeCompiled(Buffer.concat(encodeCompiled(compiled)))).toEqual(compiled);
    }),
  );
});

describe("a key", () => {
  const input: CompileInput = {
    toolchain: { language: "c", version: "12.2.0", stamp: "1@2" },
    command: { executable: "/usr/bin/gcc", argv: ["gcc", "-O2"], env: { A: "1" } },
    files: [
      { path: "main.c", content: Buffer.from("ab") },
      { path: "b.c", content: Buffer.from("c") },
    ],
    artifacts: ["main"],
  };
  const [main, other] = input.files;
  if (main === undefined || other === undefined) throw new Error("no files");

  it("is the same for the same inputs, and for no others", () => {
    const text = fc.constantFrom("", "a", "b", "ab", '"', ",");
    const texts = fc.array(text, { maxLength: 2 });
    const files = fc.array(fc.record({ path: text, content: text.map((content) => Buffer.from(content)) }), {
      maxLength: 2,
    });
    const inputs: fc.Arbitrary<CompileInput> = fc.record({
      toolchain: fc.record({ language: text, version: text, stamp: text }),
      command: fc.record({ executable: text, argv: texts, env: fc.dictionary(fc.constantFrom("A", "B"), text) }),
      files,
      artifacts: texts,
    });
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        expect(compileKey(one) === compileKey(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  it("is the same for the same", () => {
    expect(compileKey(input)).toMatch(/^[0-9a-f]{64}$/);
    expect(compileKey({ ...input, files: input.files.map((file) => ({ ...file })) })).toBe(compileKey(input));
  });

  it.each<[string, Partial<CompileInput>]>([
    ["the language", { toolchain: { ...input.toolchain, language: "cpp" } }],
    ["the version", { toolchain: { ...input.toolchain, version: "12.2.1" } }],
    ["the compiler's file", { toolchain: { ...input.toolchain, stamp: "1@3" } }],
    ["what is taken of it", { artifacts: ["main", "main.o"] }],
    ["an option", { command: { ...input.command, argv: ["gcc", "-O3"] } }],
    ["the environment", { command: { ...input.command, env: { A: "2" } } }],
    ["a byte of a file", { files: [{ ...main, content: Buffer.from("aB") }, other] }],
    ["a name", { files: [{ ...main, path: "Main.c" }, other] }],
    ["the order", { files: [other, main] }],
    [
      "where one file ends",
      {
        files: [
          { ...main, content: Buffer.from("a") },
          { ...other, content: Buffer.from("bc") },
        ],
      },
    ],
    ["a file more", { files: [...input.files, { path: "x", content: Buffer.alloc(0) }] }],
  ])("is another one when %s differs", (_what, change) => {
    expect(compileKey({ ...input, ...change })).not.toBe(compileKey(input));
  });
});
