import type { Target } from "./setup.ts";

/** A request that is sent by several clients at once. */
export interface LargeRequest extends Target {
  readonly name: string;
  readonly clients: number;
}

/** Just below 64 KiB, with room for HTTP's own head. */
const BYTES = 62 * 1024;

const USUAL_CLIENTS = 8;
/** One that is made to cost as much as it can comes alone, so that a turn of the event loop has one of them. */
const AWKWARD_CLIENTS = 1;

/** Requests and answers of almost 64 KiB: those that clients send, and those that are awkward on purpose. */
export function largeRequests(): LargeRequest[] {
  return [
    {
      name: "64 KiB of source and of output",
      clients: USUAL_CLIENTS,
      path: "/lang/python",
      body: `${comment(BYTES - 100)}\nprint("x" * ${BYTES})\n`,
      status: 200,
      answer: `${"x".repeat(BYTES)}\n`,
    },
    {
      name: "64 KiB of JSON, both ways",
      clients: USUAL_CLIENTS,
      path: "/v1/executions",
      body: JSON.stringify({ language: "python", code: `${comment(BYTES - 200)}\nprint("x" * ${BYTES})` }),
      status: 200,
    },
    {
      name: "1,000 files",
      clients: AWKWARD_CLIENTS,
      path: "/v1/executions",
      body: JSON.stringify({ language: "python", files: numbered(1_000, (n) => ({ path: `d${n}/f`, content: "#" })) }),
      status: 200,
    },
    {
      name: "5,000 unknown fields",
      clients: AWKWARD_CLIENTS,
      path: "/v1/executions",
      body: JSON.stringify(Object.fromEntries(numbered(5_000, (n) => [`f${n}`, 1]))),
      status: 413,
    },
    {
      name: "1,000 unknown fields",
      clients: AWKWARD_CLIENTS,
      path: "/v1/executions",
      body: JSON.stringify(Object.fromEntries(numbered(1_000, (n) => [`f${n}`, "x".repeat(50)]))),
      status: 422,
    },
    {
      name: "1,000 files of unknown fields",
      clients: AWKWARD_CLIENTS,
      path: "/v1/executions",
      body: JSON.stringify({ language: "python", files: numbered(1_000, (n) => ({ a: n, b: n, c: n, d: n, e: n })) }),
      status: 422,
    },
    {
      name: "1,000 files of one path",
      clients: AWKWARD_CLIENTS,
      path: "/v1/executions",
      body: JSON.stringify({
        language: "python",
        files: numbered(1_000, () => ({ path: "a/b/c/d/e/f", content: "#" })),
      }),
      status: 422,
    },
    {
      name: "JSON 30,000 levels deep",
      clients: AWKWARD_CLIENTS,
      path: "/v1/executions",
      body: "[".repeat(30_000) + "]".repeat(30_000),
      status: 400,
    },
    {
      name: "60,000 lines of broken JSON",
      clients: AWKWARD_CLIENTS,
      path: "/v1/executions",
      body: `{${"\n".repeat(60_000)}`,
      status: 400,
    },
  ];
}

function comment(bytes: number): string {
  return `#${"x".repeat(bytes)}`;
}

function numbered<Item>(count: number, make: (number: number) => Item): Item[] {
  return Array.from({ length: count }, (_, number) => make(number));
}
