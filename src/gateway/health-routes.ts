import type { FastifyInstance } from "fastify";
import { EngineError } from "../domain/errors.ts";
import type { GatewayDeps } from "./gateway.ts";
import { addRoute } from "./route.ts";

/** `GET /healthz`: the process answers. `GET /readyz`: a worker can take jobs. */
export function registerHealthRoutes(app: FastifyInstance, { isReady }: GatewayDeps): void {
  addRoute(app, { method: "GET", url: "/healthz", config: { isOpen: true }, handler: async () => ({ live: true }) });
  addRoute(app, {
    method: "GET",
    url: "/readyz",
    config: { isOpen: true },
    handler: async () => {
      if (isReady()) return { ready: true };
      throw new EngineError("no_worker", "No worker is ready to run programs", { retryAfterSeconds: 1 });
    },
  });
}
