import type { ApiDocument } from "../support/api-document.ts";
import type { FuzzRequest } from "./requests.ts";
import type { TimedAnswer } from "./send.ts";

/** What a compiler and a program may take together where a request does not say less, and some more on a busy machine, milliseconds. */
const LATE_MS = 30_000;

/** What only the server's own code and its host would know. */
const INNER = /node_modules|\.ts:\d|at async |\/root\/|\/run\/millrace/;

interface Problem {
  readonly code: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

/** @returns what is wrong with an answer, whatever it was asked; empty when nothing is. */
export function judge(api: ApiDocument, request: FuzzRequest, answer: TimedAnswer): string[] {
  const [path = ""] = request.target.split("?");
  const isOwnPage = path.startsWith("/docs/");
  const hasBody = request.method !== "HEAD";
  return [
    ...(answer.status >= 500 ? [`the status is ${answer.status}`] : []),
    ...(answer.ms > LATE_MS ? [`it took ${answer.ms} ms`] : []),
    ...(hasBody && !isOwnPage && INNER.test(answer.body.toString("latin1")) ? ["it tells of the server's inside"] : []),
    ...(hasBody && !isOwnPage ? api.complaints(request.method, path, answer) : []),
    ...(request.target === "/v1/executions" && request.method === "POST" ? judgeExecution(api, request, answer) : []),
  ];
}

function judgeExecution(api: ApiDocument, { body }: FuzzRequest, answer: TimedAnswer): string[] {
  const sent = parse(body);
  const received = parse(answer.body);
  if (answer.status === 200) {
    const { status } = received as { readonly status: string };
    return [
      ...(status === "internal_error" ? ["the engine could not run it"] : []),
      ...(api.isValid("ExecutionRequest", sent) ? [] : ["it was accepted, but is not right by the schema"]),
    ];
  }
  if (answer.status !== 422) return [];
  const { code, errors } = received as Problem;
  if (errors.length === 0) return code === "not_supported_yet" ? [] : ["no field is named"];
  return errors
    .filter(({ path }) => !leadsIntoRequest(sent, path))
    .map(({ path }) => `${JSON.stringify(path)} is nothing in the request, and could not be`);
}

/** Whether a pointer leads to something in a value, or to what is missing in something that is there. */
function leadsIntoRequest(value: unknown, pointer: string): boolean {
  const steps = pointer.split("/").slice(1);
  // Long steps are cut in messages.
  const names = steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  let at: unknown = value;
  for (const name of names.slice(0, -1)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return name.endsWith("…");
    at = (at as Record<string, unknown>)[name];
  }
  return names.length === 0 || (typeof at === "object" && at !== null);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString().replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
}
