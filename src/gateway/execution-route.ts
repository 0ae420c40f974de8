import type { FastifyInstance, FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import { quote } from "../protocol/describe.ts";
import { toStateResponse } from "../protocol/to-response.ts";
import type { ExecutionRecord } from "../store/store.ts";
import { cancelExecution } from "./cancel-execution.ts";
import type { GatewayDeps } from "./gateway.ts";
import { findOwnExecution } from "./own-execution.ts";
import { parseQuery, refuseQuery } from "./query.ts";
import { addRoute } from "./route.ts";

/** The longest that a request may wait for an execution to be done, milliseconds. */
const LONGEST_WAIT_MS = 60_000;

/** How long a client that cancels waits for what runs to be killed, milliseconds; it takes a few. */
const KILL_MS = 2_000;

/** `GET` and `DELETE /v1/executions/{id}`: looks at an execution, or waits for it; cancels it. */
export function registerExecutionRoute(app: FastifyInstance, deps: GatewayDeps): void {
  const { store } = deps;
  const closing = new AbortController();
  // Nobody is kept from closing by those who only wait: they may ask again elsewhere.
  app.addHook("preClose", async () => closing.abort(new Error("the gateway closes")));

  /** The execution as it is when it is done, or after a while. */
  async function waitForEnd(record: ExecutionRecord, request: FastifyRequest, ms: number): Promise<ExecutionRecord> {
    if (ms === 0 || record.state.kind === "done") return record;
    const hangUp = new AbortController();
    const onClose = () => hangUp.abort(new Error("the client hung up"));
    request.raw.socket.once("close", onClose);
    const signal = AbortSignal.any([closing.signal, hangUp.signal, AbortSignal.timeout(ms)]);
    try {
      const result = await store.whenDone(record.id, { signal });
      return { ...record, state: { kind: "done", result } };
    } catch (error) {
      if (!signal.aborted) throw error;
      return await findOwnExecution(store, request);
    } finally {
      request.raw.socket.off("close", onClose);
    }
  }

  addRoute(
    app,
    {
      method: "GET",
      url: "/v1/executions/:id",
      handler: async (request) => {
        const ms = readWait(request.raw.url ?? "");
        return toStateResponse(await waitForEnd(await findOwnExecution(store, request), request, ms));
      },
    },
    {
      method: "DELETE",
      url: "/v1/executions/:id",
      onRequest: refuseQuery,
      handler: async (request) => {
        const record = await findOwnExecution(store, request);
        await cancelExecution(deps, { execution: record, submitter: record.submitter });
        return toStateResponse(await waitForEnd(record, request, KILL_MS));
      },
    },
  );
}

/** @returns milliseconds. @throws {EngineError} `unknown_field`, `invalid_field`. */
function readWait(url: string): number {
  let ms: number | null = null;
  for (const { name, value } of parseQuery(url)) {
    if (name !== "wait")
      throw new EngineError("unknown_field", `The query's ${quote(name)} is not a parameter; wait is`);
    if (ms !== null) throw new EngineError("invalid_field", `The query's "wait" is given twice`);
    const [, count, unit] = /^(\d{1,5})(ms|s)$/.exec(value) ?? [];
    ms = Number(count) * (unit === "s" ? 1_000 : 1);
    if (!(ms <= LONGEST_WAIT_MS)) {
      const right = `a time like 10s or 500ms, at most ${LONGEST_WAIT_MS / 1_000}s`;
      throw new EngineError("invalid_field", `The query's "wait" has to be ${right}, not ${quote(value)}`);
    }
  }
  return ms ?? 0;
}
