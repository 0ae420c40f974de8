import type { FastifyInstance } from "fastify";
import { toClusterResponse } from "../protocol/cluster-response.ts";
import type { GatewayDeps } from "./gateway.ts";
import { refuseQuery } from "./query.ts";
import { addRoute } from "./route.ts";

/** `GET /v1/cluster`: which nodes there are, how well their boxes hold, and what waits. */
export function registerClusterRoute(app: FastifyInstance, { cluster }: GatewayDeps): void {
  addRoute(app, {
    method: "GET",
    url: "/v1/cluster",
    onRequest: refuseQuery,
    handler: async () => toClusterResponse(await cluster.nodes(), await cluster.queue()),
  });
}
