import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import type { Execution } from "../domain/execution.ts";
import { quote } from "../protocol/describe.ts";
import type { ExecutionRequest } from "../protocol/execution-request.ts";
import { parseExecutionRequest } from "../protocol/parse-execution-request.ts";
import { toResponse, toStateResponse } from "../protocol/to-response.ts";
import type { Webhook } from "../store/outbox.ts";
import { expiredExecution } from "../store/refusals.ts";
import type { ExecutionRecord, IdempotencyClaim, UnfinishedExecution } from "../store/store.ts";
import type { GatewayDeps } from "./gateway.ts";
import { readIdempotency } from "./idempotency.ts";
import { refuseQuery } from "./query.ts";
import { isRepeated } from "./repeated-header.ts";
import { addRoute } from "./route.ts";
import { runExecution, submitExecution } from "./submit-execution.ts";
import { fromRequest, toExecution } from "./to-execution.ts";

const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i;
const JSON_ANSWER = "application/json; charset=utf-8";

/** `POST /v1/executions`: the full form. Waits for the end and answers 200; or answers 202 at once. */
export function registerExecutionsRoute(app: FastifyInstance, deps: GatewayDeps): void {
  addRoute(app, {
    method: "POST",
    url: "/v1/executions",
    config: { isForExecution: true },
    onRequest: async (request) => {
      refuseOtherTypes(request);
      await refuseQuery(request);
    },
    handler: async (request, reply) => {
      const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
      const asked = parseExecutionRequest(body);
      const execution = toExecution(fromRequest(asked), deps.languages);
      const wishes = { idempotency: readIdempotency(request, body), webhook: readWebhook(asked, deps) };
      if (!(asked.wait ?? !prefersAsync(request))) return answerAccepted(deps, execution, reply, wishes);
      const result = await runExecution(deps, execution, reply, wishes);
      return reply.type(JSON_ANSWER).send(JSON.stringify(toResponse(result)));
    },
  });
}

/** Answers 202 and lets the client ask for the rest. */
export async function answerAccepted(
  deps: GatewayDeps,
  execution: Execution,
  reply: FastifyReply,
  wishes: { readonly idempotency: IdempotencyClaim | null; readonly webhook: Webhook | null },
): Promise<FastifyReply> {
  const { request } = reply;
  const { id, accepted, done } = await submitExecution(deps, execution, { request, isKept: true, ...wishes });
  request.heldUntil = done;
  request.isExecuted = true;
  // What is accepted is not asked for: its client is to hear of it, whatever the store answers by then.
  const record = accepted === null ? await deps.store.find(id) : queuedRecord(accepted);
  if (record === undefined || record === "expired") throw expiredExecution(id);
  if (prefersAsync(request)) reply.header("preference-applied", "respond-async");
  const answer = JSON.stringify(toStateResponse(record));
  return reply.code(202).header("location", `/v1/executions/${id}`).type(JSON_ANSWER).send(answer);
}

function queuedRecord({ execution, ...accepted }: UnfinishedExecution): ExecutionRecord {
  const { id, language, version } = execution;
  return { id, language, version, ...accepted, state: { kind: "queued", starts: 0 } };
}

/** @throws {EngineError} `invalid_field`. */
function readWebhook({ webhook }: ExecutionRequest, { findWebhookFault }: GatewayDeps): Webhook | null {
  if (webhook === undefined) return null;
  const fault = findWebhookFault(webhook.url);
  if (fault === null) return webhook;
  const message = `has to be ${fault}, not ${quote(webhook.url)}`;
  throw new EngineError("invalid_field", `/webhook/url ${message}`, { fields: [{ path: "/webhook/url", message }] });
}

function refuseOtherTypes(request: FastifyRequest): void {
  const type = request.headers["content-type"];
  if (isRepeated(request.raw.rawHeaders, "content-type"))
    throw new EngineError("unsupported_media_type", "The header Content-Type is there twice");
  if (type !== undefined && JSON_TYPE.test(type)) return;
  const given = type === undefined ? "none was given" : `not ${quote(type)}`;
  throw new EngineError("unsupported_media_type", `The content type has to be application/json, ${given}`);
}

/** `Prefer: respond-async` (RFC 7240). */
function prefersAsync(request: FastifyRequest): boolean {
  const prefer = request.headers["prefer"];
  return prefer !== undefined && /(?:^|[,\s])respond-async(?:$|[,;\s])/i.test(String(prefer));
}
