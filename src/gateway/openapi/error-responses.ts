import { ERRORS, type ErrorCode } from "../../domain/errors.ts";
import { PROBLEM_MEDIA_TYPE } from "../../protocol/problem.ts";
import type { ApiResponse, Reference } from "./openapi.ts";
import { refersTo } from "./schemas.ts";

/** How an error is written: as a problem document, or as one line of text. */
type Form = "Problem" | "Line";

/** What any request may be answered with, whatever it asks for. */
const ALWAYS: readonly ErrorCode[] = [
  "bad_request",
  "unauthorized",
  "forbidden_origin",
  "request_timeout",
  "unsupported_media_type",
  "rate_limited",
  "headers_too_large",
  "internal",
];

/** Bytes that never became a request have no route: their answer is a problem document everywhere. */
const BEFORE_ROUTES: ReadonlySet<number> = new Set([408, 431]);

const RETRY_AFTER = {
  "Retry-After": {
    description: "Seconds after which the same request may succeed.",
    schema: { type: "integer", minimum: 1 },
  },
};

/** All responses to errors, two for each status of the table: those that {@link errors} refers to. */
export function errorResponses(): Record<string, ApiResponse> {
  const statuses = [...new Set(Object.values(ERRORS).map(({ status }) => status))];
  return Object.fromEntries(
    statuses.flatMap((status) => [
      [
        nameOf(status, "Problem"),
        { ...about(status), content: { [PROBLEM_MEDIA_TYPE]: { schema: refersTo("Problem") } } },
      ],
      [nameOf(status, "Line"), { ...about(status), content: { "text/plain": { schema: lineSchema(status) } } }],
    ]),
  );
}

/** The responses to errors of an operation, by status. */
export function errors(form: Form, ...codes: readonly ErrorCode[]): Record<string, Reference> {
  const statuses = [...new Set([...ALWAYS, ...codes].map((code) => ERRORS[code].status))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const name = nameOf(status, BEFORE_ROUTES.has(status) ? "Problem" : form);
      return [String(status), { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function nameOf(status: number, form: Form): string {
  return `${form}${status}`;
}

function codesOf(status: number): string[] {
  return Object.entries(ERRORS).flatMap(([code, error]) => (error.status === status ? [code] : []));
}

function about(status: number): Pick<ApiResponse, "description" | "headers"> {
  const lines = codesOf(status).map((code) => `\`${code}\`: ${ERRORS[code as ErrorCode].title}.`);
  const description = lines.join(" ");
  return status === 429 || status === 503 ? { description, headers: RETRY_AFTER } : { description };
}

function lineSchema(status: number): object {
  return { type: "string", pattern: `^millrace: (${codesOf(status).join("|")}): ` };
}
