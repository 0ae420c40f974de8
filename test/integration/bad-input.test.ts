import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/domain/errors.ts";
import { ERRORS } from "../../src/domain/errors.ts";
import { LIMIT_NAMES, MAXIMUM_LIMITS } from "../../src/domain/limits.ts";
import { execute, post, postText } from "../support/client.ts";
import { readProcess } from "../support/processes.ts";
import { type RunningServer, startServer } from "../support/server.ts";

const MIB = 1024 ** 2;

let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
});

/** Whatever it was sent, it lives, it logged no bug, and it runs programs. */
afterEach(async () => {
  expect(readProcess(server.instance.serverPid)?.state).toMatch(/^[RSD]$/);
  expect(server.output()).not.toMatch(/"level":[56]0/);
  expect(await (await postText(server, "python", "print(6*7)")).text()).toBe("42\n");
});

afterAll(() => server.stop());

async function expectProblem(answer: Response, code: ErrorCode, path: string | null, message: RegExp): Promise<void> {
  const problem = (await answer.json()) as { errors: { path: string; message: string }[] };
  expect(problem).toMatchObject({ code, status: ERRORS[code].status, title: ERRORS[code].title });
  expect(answer.status).toBe(ERRORS[code].status);
  expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(JSON.stringify(problem)).toMatch(message);
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts:|\/work|at async/);
  if (path !== null) expect(problem.errors.map((error) => error.path)).toContain(path);
}

const python = (more: object) => ({ language: "python", code: "print(1)", ...more });
const files = (...paths: string[]) => ({
  language: "python",
  files: [{ path: "main.py", content: "print(1)" }, ...paths.map((path) => ({ path, content: "" }))],
});

describe("a request is refused with its code, its field and what would be right", () => {
  const cases: [string, unknown, ErrorCode, string | null, RegExp][] = [
    ["an unknown language", python({ language: "pyton" }), "unknown_language", "/language", /python/],
    ["a language of the prototype", python({ language: "__proto__" }), "unknown_language", "/language", /./],
    ["no such version", python({ version: ">=99" }), "invalid_field", "/version", /3\.\d+/],
    ["a version that is none", python({ version: "x".repeat(60) }), "invalid_field", "/version", /./],
    ["empty code", python({ code: "" }), "invalid_field", "/code", /empty/],
    ["neither code nor files", { language: "python" }, "invalid_field", null, /code/],
    ["both code and files", python({ files: [{ path: "a", content: "" }] }), "invalid_field", null, /files/],
    ["no files", { language: "python", files: [] }, "invalid_field", "/files", /./],
    ["a path upwards", files("../x"), "invalid_field", "/files/1/path", /\.\./],
    ["a path upwards within", files("a/../../x"), "invalid_field", "/files/1/path", /\.\./],
    ["an absolute path", files("/etc/passwd"), "invalid_field", "/files/1/path", /relative|absolute/],
    ["an empty path", files(""), "invalid_field", "/files/1/path", /./],
    ["a path twice", files("a", "a"), "invalid_field", "/files/2/path", /./],
    ["a file below a file", files("a", "a/b"), "invalid_field", "/files/1/path", /./],
    ["a path with NUL", files("a\0b"), "invalid_field", "/files/1/path", /./],
    [
      "a path that is not Unicode",
      '{"language":"python","files":[{"path":"\\ud800","content":""}]}',
      "invalid_field",
      "/files/0/path",
      /./,
    ],
    ["a path that is too long", files("x".repeat(2_000)), "invalid_field", "/files/1/path", /\d/],
    [
      "content that is not base64",
      { language: "python", files: [{ path: "a", content: "*", encoding: "base64" }] },
      "invalid_field",
      "/files/0/content",
      /base64/,
    ],
    ["malformed JSON", "{", "malformed_json", null, /./],
    ["JSON that is no object", "[]", "invalid_field", "", /object/],
    ["nothing", "", "malformed_json", null, /./],
    ["JSON nested deeply", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, "malformed_json", null, /./],
    ["an unknown field", python({ colour: "red" }), "unknown_field", "/colour", /./],
    ["an unknown limit", python({ limits: { cpums: 1 } }), "unknown_field", "/limits/cpums", /./],
    ["a limit where it does not belong", python({ cpuMs: 5 }), "unknown_field", "/cpuMs", /belongs into \\"limits/],
    ["a later field", python({ tests: [] }), "not_supported_yet", "/tests", /./],
    ["wait that is no boolean", python({ wait: "no" }), "invalid_field", "/wait", /true or false/],
    ["an unknown priority", python({ priority: "urgent" }), "invalid_field", "/priority", /high.*normal.*low/],
    ["stdin that is a number", python({ stdin: 5 }), "invalid_field", "/stdin", /text/],
    ["args with NUL", python({ args: ["a\0b"] }), "invalid_field", "/args/0", /./],
    ["an environment variable with =", python({ env: { "A=B": "x" } }), "invalid_field", null, /A=B/],
  ];
  for (const name of LIMIT_NAMES) {
    const path = `/limits/${name}`;
    const most = new RegExp(String(MAXIMUM_LIMITS[name]));
    for (const value of [0, -1, 1.5, "1000", null, true, [1]])
      cases.push([
        `${name} of ${JSON.stringify(value)}`,
        python({ limits: { [name]: value } }),
        "invalid_field",
        path,
        most,
      ]);
    for (const value of [MAXIMUM_LIMITS[name] + 1, 9_007_199_254_740_991])
      cases.push([`${name} of ${value}`, python({ limits: { [name]: value } }), "limit_above_maximum", path, most]);
    cases.push([
      `${name} that is infinite`,
      `{"language":"python","code":"1","limits":{"${name}":1e999}}`,
      "invalid_field",
      path,
      /./,
    ]);
    cases.push([
      `${name} that is not a number`,
      `{"language":"python","code":"1","limits":{"${name}":NaN}}`,
      "malformed_json",
      null,
      /./,
    ]);
  }

  test.each(cases)("%s", async (_, request, code, path, message) => {
    await expectProblem(await post(server, request), code, path, message);
  });

  test.each([
    ["text/plain", "unsupported_media_type", /application\/json/],
    ["application/x-www-form-urlencoded", "unsupported_media_type", /application\/json/],
    ["application/json; charset=latin1", "unsupported_media_type", /application\/json/],
  ] as const)("the content type %s", async (contentType, code, message) => {
    const answer = await fetch(`${server.url}/v1/executions`, {
      method: "POST",
      headers: { "content-type": contentType },
      body: JSON.stringify(python({})),
    });
    await expectProblem(answer, code, null, message);
  });

  const anyId = "exe_00000000000000000000000000000000";
  test.each([
    ["GET", "/v1/languages?available=true"],
    ["GET", "/v1/cluster?node=1"],
    ["GET", "/v1/jobs/dead?limit=1"],
    ["POST", `/v1/jobs/dead/${anyId}/retry?now`],
    ["DELETE", `/v1/executions/${anyId}?wait=1s`],
  ])("a parameter where there are none: %s %s", async (method, path) => {
    const name = /\?(\w+)/.exec(path)?.[1];
    await expectProblem(await fetch(`${server.url}${path}`, { method }), "unknown_field", null, new RegExp(`${name}`));
  });

  test("a body that is not UTF-8", async () => {
    const body = Buffer.from([...Buffer.from('{"language":"python","code":"'), 0xff, ...Buffer.from('"}')]);
    const answer = await fetch(`${server.url}/v1/executions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    await expectProblem(answer, "not_utf8", null, /./);
  });
});

describe("sizes", () => {
  test("code of exactly 1 MiB runs; one byte more is too large", async () => {
    const code = `print(1)#${"x".repeat(MIB - 9)}`;
    expect(await execute(server, { language: "python", code })).toMatchObject({ status: "ok" });
    expect((await postText(server, "python", code)).status).toBe(200);

    await expectProblem(await post(server, python({ code: `${code}x` })), "too_large", "/code", /1048576/);
    const line = await postText(server, "python", `${code}x`);
    expect(line.status).toBe(413);
    expect(await line.text()).toMatch(/^millrace: too_large: .*1048576/);
  });

  test("stdin of exactly 16 MiB arrives whole; one byte more is too large", async () => {
    const stdin = "x".repeat(16 * MIB);
    const code = "import sys; print(len(sys.stdin.buffer.read()))";
    expect((await execute(server, { language: "python", code, stdin })).run?.stdout).toBe(`${16 * MIB}\n`);
    await expectProblem(await post(server, python({ stdin: `${stdin}x` })), "too_large", "/stdin", /16777216/);
  });

  test("16 MiB of stdin that nobody reads do no harm", async () => {
    const result = await execute(server, { language: "python", code: "print(1)", stdin: "x".repeat(16 * MIB) });
    expect(result).toMatchObject({ status: "ok", run: { stdout: "1\n" } });
  });

  test("a body above 40 MiB is too large, before it is understood", async () => {
    await expectProblem(await post(server, "x".repeat(41 * MIB)), "too_large", null, /41943040/);
  });
});

describe("bytes", () => {
  const head = "POST /lang/python HTTP/1.1\r\nHost: localhost\r\n";
  /** Ends the headers of the connection's only request. */
  const last = "Connection: close\r\n\r\n";

  /** Sends bytes as they are, and returns everything that comes back until the connection ends. */
  async function send(bytes: string, { isEnded = false } = {}): Promise<string> {
    const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => undefined); // a reset is an answer too
    if (isEnded) socket.end(bytes);
    else socket.write(bytes);
    return text(socket).catch(() => "");
  }

  test.each([
    ["no HTTP", "hello\r\n\r\n", 400],
    ["a Content-Length that is no number", `${head}Content-Length: ten\r\n\r\nprint(1)`, 400],
    ["a negative Content-Length", `${head}Content-Length: -1\r\n\r\nprint(1)`, 400],
    ["two different Content-Lengths", `${head}Content-Length: 8\r\nContent-Length: 9\r\n\r\nprint(1)`, 400],
    [
      "Content-Length and chunks together",
      `${head}Content-Length: 8\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ["a chunk whose size is no number", `${head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`, 400],
    ["headers above 16 KiB", `${head}X: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["no Host", head.replace("Host", "X-Host").concat(last), 400],
    ["two Hosts", `${head}host: localhost\r\n${last}`, 400],
    ["a transfer coding besides chunks", `${head}Transfer-Encoding: gzip, chunked\r\n${last}0\r\n\r\n`, 400],
    ["an expectation that nobody knows", `${head}Expect: much\r\n${last}`, 400],
  ])("%s", async (_, bytes, status) => {
    const answer = await send(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/"code":"|millrace: bad_request: The (?:header|transfer encoding) \w+/);
  });

  test("two Content-Types", async () => {
    const type = "Content-Type: application/json\r\n";
    const answer = await send(`POST /v1/executions HTTP/1.1\r\nHost: localhost\r\n${type}${type}${last}`);
    expect(answer).toMatch(/^HTTP\/1\.1 415 [\s\S]*"detail":"The header Content-Type is there twice"/);
  });

  test("a client that waits to be told to go on is told so", async () => {
    const answer = await send(`${head}Expect: 100-continue\r\nContent-Length: 8\r\nConnection: close\r\n\r\nprint(1)`);
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n[\s\S]*\n1\n$/);
  });

  test("a Content-Length that is too small: the rest is no request", async () => {
    const answers = await send(`${head}Content-Length: 8\r\n\r\nprint(1)GARBAGE\r\n\r\n`);
    expect(answers).toMatch(/^HTTP\/1\.1 (200|400) /);
    expect(answers).toContain("HTTP/1.1 400 ");
  });

  test("a Content-Length that is too large: nothing is run when the client goes", async () => {
    const answer = await send(`${head}Content-Length: 1000\r\n\r\nprint(1)`, { isEnded: true });
    expect(answer).not.toContain("millrace-status");
  });

  test("a connection that closes within the headers", async () => {
    expect(await send("POST /lang/py", { isEnded: true })).not.toContain("200 OK");
  });

  test("chunks are put together", async () => {
    const chunked = `${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nprint(\r\n4\r\n6*7)\r\n0\r\n\r\n`;
    expect(await send(chunked)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n42\n$/);
  });
});
