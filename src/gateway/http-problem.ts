import type { Problem } from "../protocol/problem.ts";

/**
 * What can be wrong with a request before it is one: it belongs to HTTP and not to the engine, so the table of engine
 * errors does not have it.
 */
export const HTTP_ERRORS = {
  bad_request: { status: 400, title: "The request is not valid HTTP" },
  request_timeout: { status: 408, title: "The request did not arrive in time" },
  headers_too_large: { status: 431, title: "The request's headers are too large" },
} as const satisfies Record<string, { status: number; title: string }>;

export type HttpErrorCode = keyof typeof HTTP_ERRORS;

export function createHttpProblem(code: HttpErrorCode, detail: string): Problem {
  const { title, status } = HTTP_ERRORS[code];
  return { type: `urn:millrace:error:${code}`, title, status, code, detail, errors: [] };
}
