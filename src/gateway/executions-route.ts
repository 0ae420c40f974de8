import type { FastifyInstance, FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import { quote } from "../protocol/describe.ts";
import { parseExecutionRequest } from "../protocol/parse-execution-request.ts";
import { toResponse } from "../protocol/to-response.ts";
import type { GatewayDeps } from "./gateway.ts";
import { parseQuery } from "./query.ts";
import { addRoute } from "./route.ts";
import { runExecution } from "./run-execution.ts";
import { fromRequest, toExecution } from "./to-execution.ts";

const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i;

/** `POST /v1/executions`: the full form. Waits for the end and answers 200. */
export function registerExecutionsRoute(app: FastifyInstance, deps: GatewayDeps): void {
  addRoute(app, {
    method: "POST",
    url: "/v1/executions",
    config: { isForExecution: true },
    onRequest: async (request) => {
      refuseOtherTypes(request);
      refuseLaterHeaders(request);
      refuseQuery(request);
    },
    handler: async (request, reply) => {
      const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
      const execution = toExecution(fromRequest(parseExecutionRequest(body)), deps.languages);
      const result = await runExecution(deps, execution, reply);
      return reply.type("application/json; charset=utf-8").send(JSON.stringify(toResponse(result)));
    },
  });
}

function refuseOtherTypes(request: FastifyRequest): void {
  const type = request.headers["content-type"];
  if (type !== undefined && JSON_TYPE.test(type)) return;
  const given = type === undefined ? "none was given" : `not ${quote(type)}`;
  throw new EngineError("unsupported_media_type", `The content type has to be application/json, ${given}`);
}

/** Headers that ask for what is not there yet: to ignore them would be a false promise. */
function refuseLaterHeaders(request: FastifyRequest): void {
  if (request.headers["idempotency-key"] !== undefined) {
    throw new EngineError("not_supported_yet", "The header Idempotency-Key is not supported yet");
  }
  const prefer = request.headers["prefer"];
  if (prefer !== undefined && /\brespond-async\b/i.test(String(prefer))) {
    throw new EngineError("not_supported_yet", "The header Prefer: respond-async is not supported yet");
  }
}

function refuseQuery(request: FastifyRequest): void {
  const [parameter] = parseQuery(request.raw.url ?? "");
  if (parameter === undefined) return;
  throw new EngineError(
    "unknown_field",
    `The query's ${quote(parameter.name)} is not a parameter; there are none here`,
  );
}
