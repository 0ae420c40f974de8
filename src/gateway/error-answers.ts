import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import { quote } from "../protocol/describe.ts";
import { PROBLEM_MEDIA_TYPE, toProblem } from "../protocol/problem.ts";
import type { Log } from "../telemetry/log.ts";

/** Makes the two ways to answer an error: as a problem document, and as one line of text. */
export function createErrorAnswers(log: Log) {
  return {
    answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
      const problem = problemOf(error, request, log);
      prepare(reply, error, problem.status).type(PROBLEM_MEDIA_TYPE);
      sendOnceRead(request, reply, JSON.stringify(problem));
    },

    answerLine(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
      const { code, detail, status } = problemOf(error, request, log);
      prepare(reply, error, status).type("text/plain; charset=utf-8");
      sendOnceRead(request, reply, `millrace: ${code}: ${detail}\n`);
    },
  };
}

/**
 * Sends an answer to a request whose body may not have been read. A connection that is closed while its client still
 * sends is reset, and the client never reads the answer. So the rest is read and dropped: after the answer on a
 * connection that stays, before it on one that the client wants closed. The request's time-out bounds both.
 */
function sendOnceRead(request: FastifyRequest, reply: FastifyReply, body: string): void {
  if (request.raw.complete || reply.raw.shouldKeepAlive) {
    reply.send(body);
  } else {
    request.raw.once("close", () => reply.send(body));
    request.raw.resume();
  }
}

function prepare(reply: FastifyReply, error: unknown, status: number): FastifyReply {
  // The framework closes the connection after a refused body; see sendOnceRead.
  reply.removeHeader("connection");
  if (error instanceof EngineError && error.retryAfterSeconds !== null)
    reply.header("retry-after", error.retryAfterSeconds);
  return reply.code(status);
}

function problemOf(error: unknown, request: FastifyRequest, log: Log) {
  if (request.raw.socket.destroyed) {
    // Nobody is there to be answered: what is sent is dropped.
    log.debug({ err: error, url: request.url }, "a client hung up");
    return toProblem(new EngineError("internal", "The client hung up"));
  }
  if (error instanceof EngineError) {
    if (error.code === "internal") log.error({ err: error, url: request.url }, "a request failed");
    return toProblem(error);
  }
  const code = frameworkCode(error);
  const known = code === undefined ? undefined : FRAMEWORK_ERRORS[code];
  if (known !== undefined) return known(request);
  const id = randomUUID();
  log.error({ err: error, errorId: id, method: request.method, url: request.url }, "a request ended in a bug");
  return toProblem(new EngineError("internal", `The engine failed; its log tells more about error ${id}`));
}

function frameworkCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Errors of the HTTP framework that a client can cause. */
const FRAMEWORK_ERRORS: Record<string, (request: FastifyRequest) => ReturnType<typeof toProblem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (request) => {
    const limit = request.routeOptions.bodyLimit;
    return toProblem(
      new EngineError("too_large", `The body is larger than ${limit} bytes, the most that is allowed here`),
    );
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (request) => {
    const type = quote(request.headers["content-type"] ?? "");
    return toProblem(new EngineError("unsupported_media_type", `The content type ${type} is not supported`));
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => badRequest("The body is not as long as Content-Length says"),
  FST_ERR_BAD_URL: (request) => badRequest(`The address ${quote(request.raw.url ?? "")} is not percent-encoded UTF-8`),
  FST_ERR_MAX_PARAM_LENGTH: () => toProblem(new EngineError("not_found", "The address is too long to name anything")),
};

function badRequest(detail: string) {
  return toProblem(new EngineError("bad_request", detail));
}
