import type { FastifyInstance } from "fastify";
import { toLanguagesResponse } from "../protocol/languages-response.ts";
import type { GatewayDeps } from "./gateway.ts";
import { refuseQuery } from "./query.ts";
import { addRoute } from "./route.ts";

/** `GET /v1/languages`: every language that Millrace knows, those that are missing here too, with how to get them. */
export function registerLanguagesRoute(
  app: FastifyInstance,
  { languages, warmProcesses, warmMemoryBytes }: GatewayDeps,
): void {
  addRoute(app, {
    method: "GET",
    url: "/v1/languages",
    onRequest: refuseQuery,
    handler: async () =>
      toLanguagesResponse(languages.list(), { processes: warmProcesses(), memoryBytes: warmMemoryBytes() }),
  });
}
