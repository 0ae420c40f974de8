import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngineError, type ErrorCode } from "../domain/errors.ts";
import { LIMIT_NAMES, MAXIMUM_LIMITS } from "../domain/limits.ts";
import { parseExecutionRequest } from "./parse-execution-request.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

function parse(body: string | Uint8Array) {
  return parseExecutionRequest(typeof body === "string" ? Buffer.from(body) : body);
}

function refusal(body: string | Uint8Array): EngineError {
  try {
    parse(body);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

/** A right request with some JSON put in. */
function withField(name: string, json: string): string {
  return `{"language":"python","code":"x",${JSON.stringify(name)}:${json}}`;
}

function withFiles(...files: object[]): string {
  return JSON.stringify({ language: "python", files });
}

const main = { path: "main.py", content: "x" };

describe("parseExecutionRequest", () => {
  it("accepts every field that there is", () => {
    const request = {
      language: "python",
      version: "3",
      code: "print(input())",
      stdin: "hé\n",
      args: ["", "a b"],
      env: { A: "1", constructor: "2", _b9: "" },
      compileArgs: ["-O2"],
      limits: Object.fromEntries(LIMIT_NAMES.map((name) => [name, MAXIMUM_LIMITS[name]])),
      compileLimits: { cpuMs: 1 },
      wait: false,
      priority: "high",
    };
    expect(parse(JSON.stringify(request))).toEqual(request);
  });

  it("accepts files in both encodings", () => {
    const files = [
      main,
      { path: "data/b.bin", content: "/w==", encoding: "base64" },
      { path: "é.txt", content: "", encoding: "utf8" },
    ];
    expect(parse(withFiles(...files)).files).toEqual(files);
  });

  it("accepts exactly the largest sizes", () => {
    expect(
      parse(JSON.stringify({ language: "c", code: "x".repeat(MIB), stdin: "é".repeat(8 * MIB) })).code,
    ).toHaveLength(MIB);
    const files = Array.from({ length: 16 }, (_, index) => ({ path: `${index}`, content: "x".repeat(MIB) }));
    expect(parse(withFiles(...files)).files).toHaveLength(16);
  });

  const path = (given: string): [string, string, ErrorCode, string] => [
    `the path ${JSON.stringify(given).slice(0, 40)}`,
    withFiles(main, { path: given, content: "x" }),
    "invalid_field",
    "/files/1/path",
  ];

  it.each<[what: string, body: string | Uint8Array, code: ErrorCode, path: string | null]>([
    ["nothing", "", "malformed_json", null],
    ["half an object", '{"language":', "malformed_json", null],
    ["a number with a comma", '{"language":"c","limits":{"cpuMs":1,5}}', "malformed_json", null],
    ["NaN", withField("limits", '{"cpuMs":NaN}'), "malformed_json", null],
    ["100,000 open brackets", "[".repeat(100_000), "malformed_json", null],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), "not_utf8", null],
    ["an overlong encoding", Buffer.from([0x22, 0xc0, 0xaf, 0x22]), "not_utf8", null],
    ["a number", "5", "invalid_field", ""],
    ["null", "null", "invalid_field", ""],
    ["an array 100,000 deep", "[".repeat(100_000) + "]".repeat(100_000), "malformed_json", null],
    ["stdin 100,000 deep", withField("stdin", "[".repeat(100_000) + "]".repeat(100_000)), "malformed_json", null],
    ["no language", '{"code":"x"}', "invalid_field", "/language"],
    ["an empty language", '{"language":"","code":"x"}', "invalid_field", "/language"],
    ["a long language", `{"language":"${"x".repeat(65)}","code":"x"}`, "invalid_field", "/language"],
    ["a version that is a number", withField("version", "3"), "invalid_field", "/version"],
    ["no program", '{"language":"c"}', "invalid_field", "/code"],
    ["an empty program", '{"language":"c","code":""}', "invalid_field", "/code"],
    ["code and files", withField("files", '[{"path":"a","content":"x"}]'), "invalid_field", "/files"],
    ["no files", '{"language":"c","files":[]}', "invalid_field", "/files"],
    ["an empty main file", withFiles({ path: "a", content: "" }), "invalid_field", "/files/0/content"],
    ["code above 1 MiB", JSON.stringify({ language: "c", code: "x".repeat(MIB + 1) }), "too_large", "/code"],
    [
      "code above 1 MiB in bytes",
      JSON.stringify({ language: "c", code: "é".repeat(MIB / 2 + 1) }),
      "too_large",
      "/code",
    ],
    ["stdin above 16 MiB", withField("stdin", `"${"x".repeat(16 * MIB + 1)}"`), "too_large", "/stdin"],
    [
      "a file above 1 MiB",
      withFiles(main, { path: "a", content: "x".repeat(MIB + 1) }),
      "too_large",
      "/files/1/content",
    ],
    [
      "files above 16 MiB together",
      withFiles(main, ...Array.from({ length: 16 }, (_, index) => ({ path: `${index}`, content: "x".repeat(MIB) }))),
      "too_large",
      "/files",
    ],
    [
      "1,001 files",
      withFiles(...Array.from({ length: 1001 }, (_, index) => ({ path: `${index}`, content: "x" }))),
      "too_large",
      "/files",
    ],
    ["a million things that are no files", withField("files", `[${"{},".repeat(999_999)}{}]`), "too_large", "/files"],
    ["257 args", withField("args", JSON.stringify(Array(257).fill("x"))), "too_large", "/args"],
    [
      "64 KiB of args and one byte",
      withField("args", JSON.stringify(["x".repeat(64 * KIB), "x"])),
      "too_large",
      "/args",
    ],
    ["257 compileArgs", withField("compileArgs", JSON.stringify(Array(257).fill("x"))), "too_large", "/compileArgs"],
    [
      "257 variables",
      withField(
        "env",
        JSON.stringify(Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`A${index}`, ""]))),
      ),
      "too_large",
      "/env",
    ],
    ["64 KiB of env", withField("env", JSON.stringify({ A: "x".repeat(64 * KIB) })), "too_large", "/env"],

    ["code that is a number", '{"language":"c","code":5}', "invalid_field", "/code"],
    ["code that is a Buffer", '{"language":"c","code":{"type":"Buffer","data":[1]}}', "invalid_field", "/code"],
    ["code of a lone surrogate", '{"language":"c","code":"\\ud800"}', "invalid_field", "/code"],
    ["stdin null", withField("stdin", "null"), "invalid_field", "/stdin"],
    ["stdin of a lone surrogate", withField("stdin", '"a\\udfff"'), "invalid_field", "/stdin"],
    ["args that are a text", withField("args", '"a"'), "invalid_field", "/args"],
    ["an arg that is a number", withField("args", '["a",5]'), "invalid_field", "/args/1"],
    ["an arg with NUL", withField("args", '["a\\u0000"]'), "invalid_field", "/args/0"],
    ["an arg of a lone surrogate", withField("args", '["\\ud800"]'), "invalid_field", "/args/0"],
    ["a compile arg with NUL", withField("compileArgs", '["a\\u0000"]'), "invalid_field", "/compileArgs/0"],
    ["env that is an array", withField("env", "[]"), "invalid_field", "/env"],
    ["a variable that is a number", withField("env", '{"A":1}'), "invalid_field", "/env/A"],
    ["a variable with an equals sign", withField("env", '{"A=B":"c"}'), "invalid_field", "/env/A=B"],
    ["a variable without a name", withField("env", '{"":"c"}'), "invalid_field", "/env/"],
    ["a variable that starts with a digit", withField("env", '{"1A":"c"}'), "invalid_field", "/env/1A"],
    ["a variable with a newline", withField("env", '{"A\\n":"c"}'), "invalid_field", "/env/A\n"],
    ["a variable's value with NUL", withField("env", '{"A":"\\u0000"}'), "invalid_field", "/env/A"],
    ["a variable named __proto__", withField("env", '{"__proto__":"x"}'), "invalid_field", "/env/__proto__"],
    ["wait that is a text", withField("wait", '"true"'), "invalid_field", "/wait"],

    ["limits null", withField("limits", "null"), "invalid_field", "/limits"],
    ...["0", "-1", "1.5", '"1000"', '"1e3"', '"0x10"', "[1]", "{}", "null", "true", "1e309", "-1e309"].map(
      (json): [string, string, ErrorCode, string] => [
        `the limit ${json}`,
        withField("limits", `{"cpuMs":${json}}`),
        "invalid_field",
        "/limits/cpuMs",
      ],
    ),
    ...LIMIT_NAMES.flatMap((name) =>
      ["limits", "compileLimits"].map((field): [string, string, ErrorCode, string] => [
        `${field}.${name} above its maximum`,
        withField(field, JSON.stringify({ [name]: MAXIMUM_LIMITS[name] + 1 })),
        "limit_above_maximum",
        `/${field}/${name}`,
      ]),
    ),
    ...["9007199254740993", "9223372036854775808"].map((json): [string, string, ErrorCode, string] => [
      `the limit ${json}`,
      withField("limits", `{"memoryBytes":${json}}`),
      "limit_above_maximum",
      "/limits/memoryBytes",
    ]),

    ["an unknown field", withField("source", '"x"'), "unknown_field", "/source"],
    ["an unknown limit", withField("limits", '{"cpu_ms":1}'), "unknown_field", "/limits/cpu_ms"],
    ["an unknown field of a file", withFiles({ ...main, mode: 1 }), "unknown_field", "/files/0/mode"],
    ["__proto__", withField("__proto__", '{"admin":true}'), "unknown_field", "/__proto__"],
    ["constructor", withField("constructor", '{"prototype":{"x":1}}'), "unknown_field", "/constructor"],
    ["__proto__ in limits", withField("limits", '{"__proto__":{"cpuMs":9}}'), "unknown_field", "/limits/__proto__"],
    ["a name with a slash", withField("a/b~", "1"), "unknown_field", "/a~1b~0"],

    ["tests", withField("tests", "[]"), "not_supported_yet", "/tests"],
    ["stopOnFailure", withField("stopOnFailure", "false"), "not_supported_yet", "/stopOnFailure"],
    ["checker", withField("checker", "{}"), "not_supported_yet", "/checker"],
    ["interactor", withField("interactor", "{}"), "not_supported_yet", "/interactor"],
    ["outputs", withField("outputs", "[]"), "not_supported_yet", "/outputs"],
    ["a web hook that is a text", withField("webhook", '"https://example.org/"'), "invalid_field", "/webhook"],
    [
      "a web hook without a secret",
      withField("webhook", '{"url":"https://example.org/"}'),
      "invalid_field",
      "/webhook/secret",
    ],
    [
      "a web hook whose secret can be guessed",
      withField("webhook", '{"url":"https://example.org/","secret":"0123456789abcde"}'),
      "invalid_field",
      "/webhook/secret",
    ],
    [
      "an unknown field of a web hook",
      withField("webhook", '{"url":"https://example.org/","secret":"0123456789abcdef","x":1}'),
      "unknown_field",
      "/webhook/x",
    ],

    path("../pwned"),
    path("../../../../tmp/pwned"),
    path("/etc/passwd"),
    path("a/../../pwned"),
    path(".."),
    path("."),
    path(""),
    path("/"),
    path("a//b"),
    path("a//b/../../../c"),
    path("..\\pwned"),
    path("C:\\x"),
    path("a\0.py"),
    path("a\nb"),
    path("a\u007fb"),
    path("main.py/"),
    path("./main.py"),
    path("x".repeat(256)),
    path("é".repeat(128)),
    path(`${"x/".repeat(16)}x`),
    path(`${"x".repeat(200)}/`.repeat(5).concat("x".repeat(20))),
    [
      "a path of a lone surrogate",
      '{"language":"c","files":[{"path":"\\ud800","content":"x"}]}',
      "invalid_field",
      "/files/0/path",
    ],
    ["a path that is a number", withFiles({ path: 1, content: "x" }), "invalid_field", "/files/0/path"],
    ["a path twice", withFiles(main, main), "invalid_field", "/files/1/path"],
    [
      "a file where a directory is",
      withFiles({ path: "a/b/c", content: "x" }, { path: "a/b", content: "" }),
      "invalid_field",
      "/files/1/path",
    ],
    [
      "a directory where a file is",
      withFiles({ path: "a", content: "x" }, { path: "a/b", content: "" }),
      "invalid_field",
      "/files/0/path",
    ],
    ["a file that is null", '{"language":"c","files":[null]}', "invalid_field", "/files/0"],
    ["an unknown encoding", withFiles({ ...main, encoding: "utf-8" }), "invalid_field", "/files/0/encoding"],
    ...["!", "abc", "ab=c", "YQ", "YQ=\n", "Y===", "YQ== "].map((content): [string, string, ErrorCode, string] => [
      `the base64 ${JSON.stringify(content)}`,
      withFiles({ path: "a", content, encoding: "base64" }),
      "invalid_field",
      "/files/0/content",
    ]),
  ])("refuses %s", (_what, body, code, pointer) => {
    const error = refusal(body);
    expect(error.code).toBe(code);
    expect(error.message.length).toBeLessThan(400);
    if (pointer !== null) expect(error.fields[0]?.path).toBe(pointer);
  });

  it("accepts names that only look odd", () => {
    for (const name of ["%2e%2e/x", "con", "\u202e.py", ".status", "...", "a b", "-rf", "run.sh", "x".repeat(255)]) {
      expect(parse(withFiles(main, { path: name, content: "" })).files?.[1]?.path).toBe(name);
    }
  });

  it("names what was given and what would be right", () => {
    expect(refusal(withField("limits", '{"cpuMs":1.5}')).fields).toEqual([
      { path: "/limits/cpuMs", message: "has to be a whole number from 1 to 60000, not 1.5" },
    ]);
    expect(refusal(withField("limits", '{"cpuMs":60001}')).message).toBe(
      "/limits/cpuMs is 60001; this server's maximum is 60000",
    );
    expect(refusal('{"language":"c","code":"x","stdin":[]}').message).toBe("/stdin has to be a text, not an array");
    expect(refusal('{"language":"c",\n"code":x}').message).toBe('Line 2, column 8: expected a value, but there is "x"');
  });

  it("names every field that is wrong, at most 20, the code of the error first", () => {
    const two = refusal('{"language":"c","code":5,"tets":[],"stdin":6}');
    expect(two.code).toBe("unknown_field");
    expect(two.fields.map((field) => field.path)).toEqual(["/tets", "/code", "/stdin"]);
    const many = refusal(`{"language":"c",${Array.from({ length: 900 }, (_, index) => `"k${index}":1`).join()}}`);
    expect(many.fields).toHaveLength(20);
    expect(many.message).toContain("(and at least 20 more)");
    const files = refusal(withFiles(...Array.from({ length: 900 }, () => ({ mode: 1 }))));
    expect(files.fields).toHaveLength(20);
  });

  it("refuses what has more entries than any request needs before anything is made of it", () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `"k${index}":1`).join();
    expect(refusal(`{${names(1_001)}}`)).toMatchObject({ code: "too_large", fields: [{ path: "" }] });
    expect(refusal(withField("env", `{${names(1_001)}}`))).toMatchObject({
      code: "too_large",
      fields: [{ path: "/env" }],
    });
    const heavy = refusal(withFiles(...Array.from({ length: 900 }, () => ({ a: Array(20).fill(1) }))));
    expect(heavy).toMatchObject({ code: "too_large", message: "/files has more than 10000 values" });
    expect(refusal(`{"\\ud":[${"[],".repeat(1_001)}`)).toMatchObject({ code: "too_large", fields: [{ path: "" }] });
    // Allocated once, looked at for as long as it takes to find the thousandth name.
    const million = Buffer.from(`{${names(1_000_000)}}`);
    const cpu = process.cpuUsage();
    refusal(million);
    expect(process.cpuUsage(cpu).user).toBeLessThan(300_000);
  });

  it("says which field was probably meant", () => {
    expect(refusal(withField("limits", '{"memory":1}')).message).toBe(
      '/limits/memory is not a field of the API; did you mean "memoryBytes"?',
    );
    expect(refusal(withField("stdIn", '""')).message).toMatch(/did you mean "stdin"\?$/);
    expect(refusal(withFiles({ ...main, name: "x" })).message).toMatch(/there are path, content, encoding$/);
  });

  it("never lets a request reach the prototype of objects", () => {
    refusal(
      '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"limits":{"__proto__":{"admin":true}}}',
    );
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });

  it("answers any JSON with a request or a refusal, never with a bug", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.jsonValue(), (text, value) => {
        for (const body of [
          text,
          JSON.stringify({ language: "c", code: value, files: value, env: value, limits: value, args: value }),
        ]) {
          try {
            parse(body);
          } catch (error) {
            expect(error).toBeInstanceOf(EngineError);
          }
        }
      }),
    );
  });

  it("does not repeat a secret", () => {
    const refused = refusal(withField("webhook", '{"url":"https://example.org/","secret":"too-short"}'));
    expect(JSON.stringify([refused.message, refused.fields])).not.toContain("too-short");
  });
});
