import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import { quote } from "../protocol/describe.ts";
import { PROBLEM_MEDIA_TYPE, toProblem } from "../protocol/problem.ts";
import type { Log } from "../telemetry/log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { setSecurityHeaders } from "./guard.ts";
import { submitterOf } from "./watch-requests.ts";

/** Makes the two ways to answer an error: as a problem document, and as one line of text. */
export function createErrorAnswers(deps: {
  readonly log: Log;
  readonly telemetry: Pick<Telemetry, "requestRefused" | "bugFound">;
}) {
  const { log, telemetry } = deps;

  /** Finds out what to answer, and reports it. */
  function explain(thrown: unknown, request: FastifyRequest): EngineError {
    // A request that never came to a route has neither; nor have those that come past every hook.
    const { execution = null, isExecuted = false } = request;
    if (request.raw.socket.destroyed) {
      // Nobody is there to be answered: what is sent is dropped.
      log.debug({ err: thrown, url: request.url }, "a client hung up");
      return new EngineError("internal", "The client hung up");
    }
    const error = toEngineError(thrown, request);
    const isForExecution = request.routeOptions.config.isForExecution === true && !isExecuted;
    telemetry.requestRefused({ code: error.code, isForExecution, execution, submitter: submitterOf(request) });
    return error;
  }

  function toEngineError(thrown: unknown, request: FastifyRequest): EngineError {
    if (thrown instanceof EngineError) {
      if (thrown.code === "internal") log.error({ err: thrown, url: request.url }, "a request failed");
      return thrown;
    }
    const code = frameworkCode(thrown);
    const known = code === undefined ? undefined : FRAMEWORK_ERRORS[code];
    if (known !== undefined) return known(request);
    const id = randomUUID();
    log.error({ err: thrown, errorId: id, method: request.method, url: request.url }, "a request ended in a bug");
    telemetry.bugFound("gateway");
    return new EngineError("internal", `The engine failed; its log tells more about error ${id}`);
  }

  return {
    answerProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
      // A method that the router has never heard of comes past every hook.
      setSecurityHeaders(reply);
      const error = explain(thrown, request);
      const problem = toProblem(error);
      prepare(reply, error, problem.status).type(PROBLEM_MEDIA_TYPE);
      sendOnceRead(request, reply, JSON.stringify(problem));
    },

    answerLine(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
      const error = explain(thrown, request);
      const { code, detail, status } = toProblem(error);
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

function prepare(reply: FastifyReply, { retryAfterSeconds }: EngineError, status: number): FastifyReply {
  // The framework closes the connection after a refused body; see sendOnceRead.
  reply.removeHeader("connection");
  if (retryAfterSeconds !== null) reply.header("retry-after", retryAfterSeconds);
  return reply.code(status);
}

function frameworkCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Errors of the HTTP framework that a client can cause. */
const FRAMEWORK_ERRORS: Record<string, (request: FastifyRequest) => EngineError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (request) => {
    const limit = request.routeOptions.bodyLimit;
    return new EngineError("too_large", `The body is larger than ${limit} bytes, the most that is allowed here`);
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (request) => {
    const type = quote(request.headers["content-type"] ?? "");
    return new EngineError("unsupported_media_type", `The content type ${type} is not supported`);
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => {
    return new EngineError("bad_request", "The body is not as long as Content-Length says");
  },
  FST_ERR_BAD_URL: (request) => {
    return new EngineError("bad_request", `The address ${quote(request.raw.url ?? "")} is not percent-encoded UTF-8`);
  },
  FST_ERR_NOT_FOUND: ({ method }) => {
    return new EngineError("not_found", `There is nothing at this address for the method ${quote(method)}`);
  },
  FST_ERR_MAX_PARAM_LENGTH: () => new EngineError("not_found", "The address is too long to name anything"),
};
