import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Execution, Submitter } from "../domain/execution.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What it has become, once it is understood. */
    execution: Execution | null;
    /** Whether that has its result: then it has been told of. */
    isExecuted: boolean;
  }
  interface FastifyContextConfig {
    /** Whether the route executes programs: then each of its requests has a line in the log. */
    readonly isForExecution?: boolean;
  }
}

type RequestTelemetry = Pick<Telemetry, "requestBegan" | "requestEnded">;

/** Reports every request that reaches a route, or none. */
export function watchRequests(app: FastifyInstance, telemetry: RequestTelemetry): void {
  app.decorateRequest("execution", null);
  app.decorateRequest("isExecuted", false);
  app.addHook("onRequest", (request, reply, done) => {
    watchRequest(request, reply, telemetry);
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

/** Who sends a request. To be asked while the connection is there. */
export function submitterOf(request: FastifyRequest): Submitter {
  return { client: request.client?.name ?? null, address: request.ip ?? null };
}
