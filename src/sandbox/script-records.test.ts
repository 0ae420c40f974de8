import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeScript, type Script } from "./script-records.ts";

/** Reads a script as the parked process does. */
function readScript(bytes: Buffer): Script {
  const files: Script["files"][number][] = [];
  const rlimits: Script["rlimits"][number][] = [];
  const argv: string[] = [];
  const env: Record<string, string> = {};
  let executable = "";
  let end: Script["end"] = "exec";
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes.readUInt32LE(at);
    const length = bytes.readUInt32LE(at + 4);
    const data = bytes.subarray(at + 8, at + 8 + length);
    at += 8 + length;
    expect(executable).toBe("");
    if (kind === 1) {
      const pathEnd = 8 + data.readUInt32LE(4);
      files.push({
        mode: data.readUInt32LE(0),
        path: data.toString("utf8", 8, pathEnd),
        content: Uint8Array.from(data.subarray(pathEnd)),
      });
    } else if (kind === 3) {
      expect(data.readUInt32LE(4)).toBe(0);
      rlimits.push({ resource: data.readUInt32LE(0), value: Number(data.readBigUInt64LE(8)) });
    } else if (kind === 4) argv.push(data.toString());
    else if (kind === 5) {
      const [name = "", ...value] = data.toString().split("=");
      env[name] = value.join("=");
    } else if (kind === 6 || kind === 7) {
      executable = data.toString();
      end = kind === 6 ? "exec" : "boot";
    } else if (kind === 8) end = "go";
    else throw new Error(`There is no record ${kind}`);
  }
  return { files, rlimits, argv, env, executable, end };
}

const TEXT = fc.string({ unit: "grapheme", maxLength: 20 });
const NAME = fc.stringMatching(/^[A-Z]{1,6}$/);
const SCRIPT: fc.Arbitrary<Script> = fc.record({
  files: fc.array(
    fc.record({
      path: TEXT,
      content: fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.constantFrom(16_384, 16_385, 40_000).map(largeContent)),
      mode: fc.integer({ min: 0, max: 0o777 }),
    }),
    { maxLength: 4 },
  ),
  rlimits: fc.array(fc.record({ resource: fc.nat(15), value: fc.maxSafeNat() }), { maxLength: 3 }),
  argv: fc.array(TEXT, { maxLength: 4 }),
  env: fc.dictionary(NAME, TEXT, { noNullPrototype: true }),
  executable: TEXT.filter((text) => text !== ""),
  end: fc.constantFrom("exec", "boot"),
});

/** Strings compare a thousand times faster than arrays. */
function printable(script: Script) {
  return { ...script, files: script.files.map((f) => ({ ...f, content: Buffer.from(f.content).toString("latin1") })) };
}

function largeContent(bytes: number): Uint8Array {
  return new Uint8Array(bytes).fill(bytes % 251);
}

describe("a script", () => {
  it("comes out as it went in, and its size is known", () => {
    fc.assert(
      fc.property(SCRIPT, (script) => {
        const { body, bodyBytes, end } = encodeScript(script);
        const bytes = Buffer.concat([...body, end]);
        expect(bytes.length).toBe(bodyBytes + end.length);
        expect(printable(readScript(bytes))).toEqual(printable(script));
      }),
    );
  });

  it("for an interpreter at its gate is files and limits, and that it may go", () => {
    fc.assert(
      fc.property(SCRIPT, (script) => {
        const { body, end } = encodeScript({ ...script, end: "go" });
        const { files, rlimits } = printable(script);
        const expected = { files, rlimits, argv: [], env: {}, executable: "", end: "go" };
        expect(printable(readScript(Buffer.concat([...body, end])))).toEqual(expected);
      }),
    );
  });

  it("does not copy a large file", () => {
    const content = largeContent(100_000);
    const { body } = encodeScript({
      files: [{ path: "a", content, mode: 0o644 }],
      rlimits: [],
      argv: ["a"],
      env: {},
      executable: "/a",
      end: "exec",
    });
    expect(body).toContain(content);
  });

  it("is one part when it is small", () => {
    const content = Buffer.from("print(1)");
    const files = [{ path: "main.py", content, mode: 0o644 }];
    const { body } = encodeScript({ files, rlimits: [], argv: ["p"], env: { A: "b" }, executable: "/p", end: "exec" });
    expect(body).toHaveLength(1);
  });
});
