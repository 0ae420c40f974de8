import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ACCESS, readJvmClass } from "./jvm-class.ts";
import { findMainClass } from "./jvm-main-class.ts";

const STATIC_MAIN = { name: "main", access: ACCESS.public | ACCESS.static, descriptor: "([Ljava/lang/String;)V" };

interface Method {
  readonly name: string;
  readonly access: number;
  readonly descriptor: string;
}

/** The smallest class file with these methods; a long constant and a field stand in the way. */
function classFile(name: string, methods: readonly Method[], majorVersion = 61): Uint8Array {
  const texts = [name, ...methods.flatMap((method) => [method.name, method.descriptor])];
  const u2 = (value: number) => [value >> 8, value & 0xff];
  const utf8 = (text: string) => [1, ...u2(Buffer.byteLength(text)), ...Buffer.from(text)];
  const long = [5, 0, 0, 0, 0, 0, 0, 0, 7];
  const classIndex = 3 + texts.length;
  const attribute = [...u2(3), 0, 0, 0, 2, 0xff, 0xff];
  return Uint8Array.from([
    ...[0xca, 0xfe, 0xba, 0xbe, 0, 0, ...u2(majorVersion)],
    ...[...u2(classIndex + 1), ...long, ...texts.flatMap(utf8), 7, ...u2(3)],
    ...[...u2(ACCESS.public), ...u2(classIndex), ...u2(0), ...u2(1), ...u2(classIndex)],
    ...[...u2(1), ...u2(0), ...u2(3), ...u2(3), ...u2(1), ...attribute],
    ...u2(methods.length),
    ...methods.flatMap(({ access }, index) => [...u2(access), ...u2(4 + 2 * index), ...u2(5 + 2 * index), ...u2(0)]),
    ...u2(0),
  ]);
}

function artifact(name: string, methods: readonly Method[] = [STATIC_MAIN], majorVersion?: number) {
  return { path: `out/${name}.class`, content: classFile(name, methods, majorVersion) };
}

describe("reading a class file", () => {
  test("gives its name, its version and its mains", () => {
    expect(readJvmClass(classFile("a/b/Main", [{ ...STATIC_MAIN, name: "other" }, STATIC_MAIN], 69))).toEqual({
      name: "a.b.Main",
      majorVersion: 69,
      mains: [{ access: STATIC_MAIN.access, descriptor: STATIC_MAIN.descriptor }],
    });
  });

  test("that is cut off anywhere gives nothing", () => {
    const whole = classFile("a/Main", [STATIC_MAIN]);
    for (let length = 0; length < whole.length - 2; length += 1) {
      expect(readJvmClass(whole.subarray(0, length)), `${length} bytes`).toBeNull();
    }
  });

  test("that was damaged anywhere gives a class or nothing, never an error", () => {
    const whole = classFile("a/Main", [STATIC_MAIN]);
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
        const damaged = Uint8Array.from(whole);
        damaged[at] = value;
        expect(() => readJvmClass(damaged)).not.toThrow();
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readJvmClass(bytes)));
  });

  test("with many methods of one long name is read in linear time", () => {
    const long = "x".repeat(60_000);
    const bytes = Buffer.from(classFile("A", [{ name: long, access: 1, descriptor: long }]));
    const methods = Buffer.alloc(8 * 65_535);
    for (let index = 0; index < 65_535; index += 1) methods.set([0, 1, 0, 4, 0, 5, 0, 0], 8 * index);
    const head = bytes.subarray(0, bytes.length - 12);
    const startedMs = performance.now();
    expect(readJvmClass(Buffer.concat([head, Buffer.from([0xff, 0xff]), methods]))).toMatchObject({
      name: "A",
      mains: [],
    });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

describe("the class to start", () => {
  test("is the one named after the main file, if it has a main", () => {
    expect(findMainClass([artifact("A"), artifact("Main"), artifact("Z")], "Main.java")).toBe("Main");
    expect(findMainClass([artifact("A"), artifact("x/y/App")], "src/x/y/App.java")).toBe("x.y.App");
  });

  test("is another one where that has none", () => {
    expect(findMainClass([artifact("Main", []), artifact("x/Tool")], "Main.java")).toBe("x.Tool");
    expect(findMainClass([artifact("Shape"), artifact("Box", [])], "Main.java")).toBe("Shape");
  });

  test("is a nested one only when there is no other", () => {
    expect(findMainClass([artifact("A$B"), artifact("C")], "Main.java")).toBe("C");
    expect(findMainClass([artifact("A$B"), artifact("C", [])], "Main.java")).toBe("A$B");
  });

  test("is named after the main file where nothing has a main: the JVM then says what is missing", () => {
    expect(findMainClass([artifact("A", [])], "Main.java")).toBe("Main");
    expect(findMainClass([{ path: "out/A.class", content: Buffer.from("rubbish") }], "Main.java")).toBe("Main");
    expect(findMainClass([], "sub/App.java")).toBe("App");
  });

  const variants = [
    ["static, public, with arguments", STATIC_MAIN, true, true],
    ["not static", { ...STATIC_MAIN, access: ACCESS.public }, false, true],
    ["not public", { ...STATIC_MAIN, access: ACCESS.static }, false, true],
    ["without arguments", { ...STATIC_MAIN, descriptor: "()V" }, false, true],
    ["private", { ...STATIC_MAIN, access: ACCESS.private | ACCESS.static }, false, false],
    ["with a result", { ...STATIC_MAIN, descriptor: "([Ljava/lang/String;)I" }, false, false],
  ] as const;
  test.each(variants)(
    "a main that is %s is one to start, or not, before Java 25 and since",
    (_, method, before25, since25) => {
      const isStarted = (version: number) =>
        findMainClass([artifact("Found", [method], version)], "Main.java") === "Found";
      expect([isStarted(61), isStarted(69)]).toEqual([before25, since25]);
    },
  );
});
