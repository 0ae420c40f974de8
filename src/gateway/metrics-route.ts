import type { FastifyInstance } from "fastify";
import type { GatewayDeps } from "./gateway.ts";
import { addRoute } from "./route.ts";

/** `GET /metrics`: what docs/metrics.md lists, in Prometheus' text format. */
export function registerMetricsRoute(app: FastifyInstance, { telemetry }: GatewayDeps): void {
  addRoute(app, {
    method: "GET",
    url: "/metrics",
    config: { isForOperators: true },
    handler: async (_request, reply) => {
      const text = await telemetry.renderMetrics();
      return reply.type("text/plain; version=0.0.4; charset=utf-8").send(text);
    },
  });
}
