import fc from "fast-check";
import type { OpenApiDocument } from "../../src/gateway/openapi/openapi.ts";
import { type JsonSchema, valuesOf } from "./from-schema.ts";
import { garbled, nearly } from "./mutate.ts";

/** A request as bytes, whatever they mean. */
export interface FuzzRequest {
  /** What kind it is meant to be, for the report. */
  readonly kind: string;
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** None of them takes long by itself, so an answer that is late is the server's doing. */
const PROGRAMS: readonly (readonly [language: string, code: string])[] = [
  ["python", "print(input())"],
  ["python", "import sys; print(sys.argv, file=sys.stderr); sys.exit(3)"],
  ["python", "import os; os.write(1, bytes(range(256)))"],
  ["py", "1/0"],
  ["bash", "echo $0 $@; cat; exit 7"],
  ["bash", "kill -SEGV $$"],
  ["perl", "print 6*7"],
  ["c", "int main(void) { return }"],
  ["c", '#include <stdio.h>\nint main(int n, char **a) { printf("%d %s\\n", n, a[n - 1]); }'],
  ["javascript", "console.log(process.argv.length)"],
  ["lua", "io.write(io.read('a'))"],
];

const language = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PROGRAMS.map(([name]) => name)) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 64 }) },
);
const code = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...PROGRAMS.map(([, text]) => text)) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, unit: "binary" }) },
);
/** What is almost always right, and now and then only of the right type. */
function mostly(right: fc.Arbitrary<unknown>, any: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 15, arbitrary: right }, { weight: 1, arbitrary: any });
}

const text = fc.string({ unit: "binary", maxLength: 30 });
const word = fc.string({ unit: "binary", maxLength: 10 }).map((given) => given.replaceAll("\0", "0"));
const path = fc
  .tuple(fc.nat({ max: 999 }), fc.constantFrom("main.py", "a", "lib/b", "-x", "é.txt", "Main.java"))
  .map(([number, name]) => `${number}/${name}`);
const variable = fc.constantFrom("LANG", "PATH", "HOME", "_", "A1", "LD_PRELOAD", "PYTHONSTARTUP");

/** Values that mean something to the server. */
const HINTS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  language,
  code,
  version: mostly(fc.constant("*"), fc.string({ minLength: 1, maxLength: 9 })),
  path: mostly(path, text),
  content: code,
  args: mostly(fc.array(word, { maxLength: 3 }), fc.array(text, { maxLength: 3 })),
  compileArgs: mostly(fc.constant([]), fc.constant(["-O2", '-DX="y"'])),
  env: mostly(fc.dictionary(variable, word, { maxKeys: 3 }), fc.dictionary(text, text, { maxKeys: 3 })),
  wait: mostly(fc.constant(true), fc.boolean()),
  priority: mostly(fc.constant("normal"), fc.constantFrom("low", "high")),
  // A name that leads nowhere, wherever this runs.
  url: mostly(fc.constant("https://hook.invalid/"), fc.webUrl()),
  secret: mostly(fc.constant("0123456789abcdef"), text),
};

const JSON_TYPE = { "content-type": "application/json" };

/** Requests of all kinds: right, nearly right, and anything at all. */
export function requestsFor(document: OpenApiDocument): fc.Arbitrary<FuzzRequest> {
  const resolve = (reference: string): JsonSchema => {
    return document.components.schemas[reference.replace("#/components/schemas/", "")] as JsonSchema;
  };
  // Time is kept short: a compiler that may start no process waits for as long as it may.
  const limits = fc
    .tuple(
      valuesOf({ $ref: "#/components/schemas/Limits" }, { resolve, hints: {} }),
      fc.integer({ min: 1, max: 2_000 }),
    )
    .map(([given, wallMs]) => ({ ...(given as object), wallMs }));
  const hints = { ...HINTS, limits, compileLimits: limits };
  const right = valuesOf({ $ref: "#/components/schemas/ExecutionRequest" }, { resolve, hints });
  const rightText = right.map((value) => JSON.stringify(value));
  const paths = Object.keys(document.paths);
  return fc.oneof(
    { weight: 3, arbitrary: rightText.map((text) => execute("right", text)) },
    { weight: 4, arbitrary: nearly(right).map((value) => execute("nearly right", JSON.stringify(value))) },
    { weight: 2, arbitrary: garbled(rightText).map((text) => execute("garbled", text)) },
    { weight: 1, arbitrary: fc.json().map((text) => execute("any JSON", text)) },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => execute("any bytes", Buffer.from(bytes))),
    },
    { weight: 3, arbitrary: textRequests() },
    { weight: 2, arbitrary: strangeRequests(paths) },
  );
}

function execute(kind: string, body: string | Buffer): FuzzRequest {
  return { kind, method: "POST", target: "/v1/executions", headers: JSON_TYPE, body: Buffer.from(body) };
}

/** `POST /lang/{language}`, its query right, nearly right or anything. */
function textRequests(): fc.Arbitrary<FuzzRequest> {
  const name = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom("arg", "stdin", "version") },
    { weight: 1, arbitrary: fc.webQueryParameters() },
  );
  const value = fc.oneof(
    fc.constantFrom("*", "1", "a+b", "%00", "%ff", "%", "%E2%82%AC", "&&", "=", "x".repeat(2_000)),
    fc.string({ maxLength: 10 }).map((text) => encodeURIComponent(text)),
  );
  const query = fc.array(fc.tuple(name, value), { maxLength: 4 });
  return fc
    .record({
      language: language.map((text) => encodeURIComponent(text)),
      query: query.map((pairs) => pairs.map(([key, text]) => `${key}=${text}`).join("&")),
      body: fc.oneof(
        code.map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
      ),
      headers: fc.oneof(fc.constant({}), fc.constantFrom(...HEADERS)),
    })
    .map(({ language: id, query: text, body, headers }) => ({
      kind: "text",
      method: "POST",
      target: `/lang/${id}${text === "" ? "" : `?${text}`}`,
      headers: { ...headers },
      body,
    }));
}

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { "content-type": "application/json" },
  { "content-type": "application/json; charset=utf-8" },
  { "content-type": "text/plain" },
  { "content-type": "multipart/form-data; boundary=" },
  { "content-type": ";;" },
  { "content-encoding": "gzip" },
  { origin: "null" },
  { origin: "http://elsewhere.example" },
  { host: "elsewhere.example" },
  { authorization: "Bearer x" },
  { authorization: `Bearer mr_${"0".repeat(40)}` },
  { authorization: "Basic Og==" },
  { "x-api-key": "x" },
  { expect: "100-continue" },
  { prefer: "respond-async" },
  { "idempotency-key": "1" },
  { accept: "image/png" },
  { range: "bytes=0-1" },
  { "x-forwarded-for": "10.0.0.1, ::1" },
  { "x-large": "x".repeat(15_000) },
];

/** Any method, address and header. */
function strangeRequests(paths: readonly string[]): fc.Arbitrary<FuzzRequest> {
  const path = fc.oneof(
    fc.constantFrom(...paths, ...paths.map((known) => `${known}/`), ...paths.map((known) => known.toUpperCase())),
    fc.webPath().map((text) => `/${text}`),
    fc.constantFrom(
      "/%",
      "/%ff",
      "/lang/%2e%2e",
      "/lang/..%2fpython",
      "//healthz",
      "/docs/../healthz",
      "/docs/start.js",
      "/*",
    ),
  );
  return fc
    .record({
      method: fc.constantFrom(
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
        "TRACE",
        "PROPFIND",
        "SEARCH",
        "QUERY",
      ),
      target: path.map((text) => text.replaceAll(/\s/g, "%20")),
      headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 2 }).map((list) => Object.assign({}, ...list)),
      body: fc.constantFrom("", "{}", "print(1)").map((text) => Buffer.from(text)),
    })
    .map((request) => ({ kind: "strange", ...request }));
}
