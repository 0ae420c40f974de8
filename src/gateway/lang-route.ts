import type { FastifyInstance } from "fastify";
import { REQUEST_LIMITS } from "../protocol/request-limits.ts";
import type { GatewayDeps } from "./gateway.ts";
import { readIdempotency } from "./idempotency.ts";
import { addRoute } from "./route.ts";
import { runExecution } from "./submit-execution.ts";
import { toTextAnswer } from "./text-answer.ts";
import { parseTextRequest } from "./text-request.ts";
import { toExecution } from "./to-execution.ts";

/** `POST /lang/{language}`: the body is the program, the answer is what it printed. */
export function registerLangRoute(app: FastifyInstance, deps: GatewayDeps): void {
  addRoute(app, {
    method: "POST",
    url: "/lang/:language",
    config: { isForExecution: true },
    bodyLimit: REQUEST_LIMITS.sourceBytes,
    onRequest: async (request) => {
      // The bytes are the program whatever the header says; the framework would refuse one that is malformed.
      delete request.raw.headers["content-type"];
    },
    handler: async (request, reply) => {
      const { language } = request.params as { language: string };
      const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
      const execution = toExecution(parseTextRequest(language, request.raw.url ?? "", body), deps.languages);
      const result = await runExecution(deps, execution, reply, {
        idempotency: readIdempotency(request, body),
        webhook: null,
      });
      const { headers, body: text } = toTextAnswer(result);
      const status = result.status === "internal_error" ? 500 : 200;
      return reply.code(status).headers(headers).type("text/plain; charset=utf-8").send(text);
    },
  });
}
