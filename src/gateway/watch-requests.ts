import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Execution, Submitter } from "../domain/execution.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { NO_SPAN, type Span, type Tracing } from "../telemetry/tracing.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What it has become, once it is understood. */
    execution: Execution | null;
    /** Whether that has its result: then it has been told of. */
    isExecuted: boolean;
    /** What is traced of it. */
    span: Span;
  }
  interface FastifyContextConfig {
    /** Whether the route executes programs: then each of its requests has a line in the log. */
    readonly isForExecution?: boolean;
  }
}

type RequestTelemetry = Pick<Telemetry, "requestBegan" | "requestEnded">;

/** Reports every request that reaches a route, or none. Those for an execution are traced. */
export function watchRequests(app: FastifyInstance, telemetry: RequestTelemetry, tracing: Tracing): void {
  app.decorateRequest("execution", null);
  app.decorateRequest("isExecuted", false);
  app.decorateRequest("span");
  app.addHook("onRequest", (request, reply, done) => {
    watchRequest(request, reply, telemetry);
    request.span =
      request.routeOptions.config.isForExecution === true ? traceRequest(request, reply, tracing) : NO_SPAN;
    done();
  });
}

export function watchRequest(request: FastifyRequest, reply: FastifyReply, telemetry: RequestTelemetry): void {
  const beganAtMs = performance.now();
  telemetry.requestBegan();
  reply.raw.once("close", () => {
    telemetry.requestEnded({
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.raw.writableFinished ? reply.raw.statusCode : null,
      ms: performance.now() - beganAtMs,
    });
  });
}

function traceRequest({ method, headers, routeOptions }: FastifyRequest, reply: FastifyReply, tracing: Tracing): Span {
  const { traceparent } = headers;
  const route = routeOptions.url ?? "";
  const span = tracing.serve(`${method} ${route}`, {
    traceparent: typeof traceparent === "string" ? traceparent : null,
    attributes: { "http.request.method": method, "http.route": route },
  });
  reply.raw.once("close", () => {
    const { writableFinished, statusCode } = reply.raw;
    const attributes = writableFinished ? { "http.response.status_code": statusCode } : {};
    span.end({ attributes, isError: writableFinished && statusCode >= 500 });
  });
  return span;
}

/** Who sends a request. To be asked while the connection is there. */
export function submitterOf(request: FastifyRequest): Submitter {
  return { client: request.client?.name ?? null, address: request.ip ?? null };
}
