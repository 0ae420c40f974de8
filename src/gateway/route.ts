import type { FastifyInstance, RouteOptions } from "fastify";
import { EngineError } from "../domain/errors.ts";

type Route = RouteOptions & { readonly method: "GET" | "POST" | "DELETE" };

/** A route with one method, or several of the same address; 405 with `Allow` for every other one. */
export function addRoute(app: FastifyInstance, first: Route, ...others: readonly Route[]): void {
  const routes = [first, ...others];
  const allowed = routes.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  for (const route of routes) app.route(route);
  app.route({
    method: app.supportedMethods.filter((method) => !allowed.includes(method)),
    url: first.url,
    config: { isOpen: first.config?.isOpen === true },
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
