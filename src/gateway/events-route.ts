import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import type { ReadUpTo } from "../events/events.ts";
import { quote } from "../protocol/describe.ts";
import { DONE_EVENT_ID } from "../protocol/event-stream.ts";
import { followExecution } from "./follow-execution.ts";
import type { GatewayDeps } from "./gateway.ts";
import { findOwnExecution } from "./own-execution.ts";
import { refuseQuery } from "./query.ts";
import { addRoute } from "./route.ts";

/** `GET /v1/executions/{id}/events`: what has happened to an execution and what happens, as server-sent events. */
export function registerEventsRoute(app: FastifyInstance, { store, events }: GatewayDeps): void {
  const closing = new AbortController();
  // A client that is sent away comes back by itself, with the id of the last event that it had.
  app.addHook("preClose", async () => closing.abort());

  addRoute(app, {
    method: "GET",
    url: "/v1/executions/:id/events",
    onRequest: refuseQuery,
    handler: async (request, reply) => {
      const { id } = await findOwnExecution(store, request);
      const after = readLastEventId(request);
      // What a browser takes for: do not come again.
      if (after === "done") return reply.code(204).send();
      reply.type("text/event-stream; charset=utf-8").header("x-accel-buffering", "no");
      if (request.method === "HEAD") return reply.send("");
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      const signal = AbortSignal.any([closing.signal, gone.signal]);
      const follow = followExecution({
        events: events.follow(id),
        done: store.whenDone(id, { signal }),
        after,
        signal,
      });
      return reply.send(Readable.from(follow, { objectMode: false }));
    },
  });
}

/** @throws {EngineError} `invalid_field`. */
function readLastEventId({ headers }: FastifyRequest): ReadUpTo | "done" | null {
  const given = headers["last-event-id"];
  if (given === undefined || given === "") return null;
  if (given === DONE_EVENT_ID) return "done";
  const [, key, entry, byte] = /^([0-9a-f]{1,16})\.(\d{1,9})\.(\d{1,9})$/.exec(String(given)) ?? [];
  if (key !== undefined) return { key, entry: Number(entry), byte: Number(byte) };
  throw new EngineError("invalid_field", `Last-Event-ID has to be the id of an event, not ${quote(String(given))}`);
}
