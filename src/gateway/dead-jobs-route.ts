import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import { executionId } from "../domain/ids.ts";
import { toDeadJob } from "../protocol/dead-jobs-response.ts";
import { quote } from "../protocol/describe.ts";
import type { UnfinishedExecution } from "../store/store.ts";
import { answerAccepted } from "./executions-route.ts";
import type { GatewayDeps } from "./gateway.ts";
import { refuseQuery } from "./query.ts";
import { addRoute } from "./route.ts";

/** The most that are listed: the latest. */
const MOST_LISTED = 1_000;

/** `GET /v1/jobs/dead` and `POST /v1/jobs/dead/{id}/retry`: jobs that ended their workers, to be looked into. */
export function registerDeadJobsRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  /** Those of whoever asks; the latest last. */
  async function* ownDead({ client }: FastifyRequest): AsyncGenerator<UnfinishedExecution> {
    const name = client?.name ?? null;
    for await (const dead of deps.store.dead()) if (dead.submitter.client === name) yield dead;
  }

  addRoute(app, {
    method: "GET",
    url: "/v1/jobs/dead",
    onRequest: refuseQuery,
    handler: async (request) => {
      const jobs = await Array.fromAsync(ownDead(request), toDeadJob);
      return { jobs: jobs.slice(-MOST_LISTED) };
    },
  });

  addRoute(app, {
    method: "POST",
    url: "/v1/jobs/dead/:id/retry",
    config: { isForExecution: true },
    onRequest: refuseQuery,
    handler: async (request, reply) => {
      const { id } = request.params as { id: string };
      for await (const { execution } of ownDead(request)) {
        if (execution.id !== id) continue;
        // Another one: the first has its result, and a client may have seen it.
        const again = { ...execution, id: executionId(randomUUID()) };
        return answerAccepted(deps, again, reply, { idempotency: null, webhook: null });
      }
      throw new EngineError("not_found", `There is no dead job ${quote(id)}`);
    },
  });
}
