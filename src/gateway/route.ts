import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler, RouteOptions } from "fastify";
import { EngineError } from "../domain/errors.ts";

type Route = RouteOptions & { readonly method: "GET" | "POST" | "DELETE" };

/** A route with one method, or several of the same address; 405 with `Allow` for every other one. */
export function addRoute(app: FastifyInstance, first: Route, ...others: readonly Route[]): void {
  const routes = [first, ...others];
  const allowed = routes.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  for (const route of routes) app.route({ ...route, onRequest: [refuseNamelessPath, ...hooksOf(route)] });
  app.route({
    method: app.supportedMethods.filter((method) => !allowed.includes(method)),
    url: first.url,
    config: { isOpen: first.config?.isOpen === true },
    onRequest: async (request, reply) => {
      await refuseNamelessPath(request);
      reply.header("allow", allowed.join(", "));
      throw new EngineError(
        "method_not_allowed",
        `${request.method} is not supported here, only ${allowed.join(" and ")}`,
      );
    },
    handler: unreachable,
  });
}

function hooksOf({ onRequest = [] }: Route): onRequestAsyncHookHandler[] {
  return (Array.isArray(onRequest) ? onRequest : [onRequest]) as onRequestAsyncHookHandler[];
}

/** `/lang/` names no language: it is another address than `/lang/c`, and there is nothing. */
async function refuseNamelessPath({ params }: FastifyRequest): Promise<void> {
  if (!Object.values(params as Record<string, string>).includes("")) return;
  throw new EngineError("not_found", "There is nothing at this address; docs/api.md lists all of them");
}

function unreachable(): never {
  throw new Error("a method was refused and still handled");
}
