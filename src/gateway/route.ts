import type { FastifyInstance, RouteOptions } from "fastify";
import { EngineError } from "../domain/errors.ts";

/** A route with one method, and 405 with `Allow` for every other one. */
export function addRoute(app: FastifyInstance, options: RouteOptions & { readonly method: "GET" | "POST" }): void {
  const allowed = options.method === "GET" ? ["GET", "HEAD"] : [options.method];
  app.route(options);
  app.route({
    method: app.supportedMethods.filter((method) => !allowed.includes(method)),
    url: options.url,
    config: { isOpen: options.config?.isOpen === true },
    onRequest: async (request, reply) => {
      reply.header("allow", allowed.join(", "));
      throw new EngineError(
        "method_not_allowed",
        `${request.method} is not supported here, only ${allowed.join(" and ")}`,
      );
    },
    handler: unreachable,
  });
}

function unreachable(): never {
  throw new Error("a method was refused and still handled");
}
