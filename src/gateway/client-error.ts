import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { EngineError, type ErrorCode } from "../domain/errors.ts";
import { PROBLEM_MEDIA_TYPE, toProblem } from "../protocol/problem.ts";

const CODES: Record<string, { code: ErrorCode; detail: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: "request_timeout",
    detail: "Headers have to arrive within 10 s, the whole request within 30 s",
  },
  HPE_INVALID_METHOD: { code: "bad_request", detail: "The bytes received do not begin with a method of HTTP" },
  HPE_HEADER_OVERFLOW: {
    code: "headers_too_large",
    detail: "The request line and headers together may have 16384 bytes",
  },
};

const MALFORMED = { code: "bad_request", detail: "The bytes received are not an HTTP/1.1 request" } as const;

/**
 * Answers bytes that never became a request, and closes their connection.
 * @returns the answer's status; null when there was nobody to answer.
 */
export function answerClientError(error: Error & { code?: string }, socket: Socket): number | null {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable || isAnswering(socket)) {
    socket.destroy();
    return null;
  }
  const { code, detail } = CODES[error.code ?? ""] ?? MALFORMED;
  const problem = toProblem(new EngineError(code, detail));
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "x-content-type-options: nosniff",
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
  return problem.status;
}

/** Whether an answer to an earlier request of the connection has begun: another one inside it would garble it. */
function isAnswering(socket: Socket): boolean {
  const { _httpMessage: response } = socket as Socket & { _httpMessage?: ServerResponse | null };
  return response?.headersSent === true;
}
