import { z } from "zod";
import { EngineError, ERRORS, type ErrorCode } from "../domain/errors.ts";
import { type ClusterResponse, clusterResponseSchema, nodeSchema } from "../protocol/cluster-response.ts";
import { type DeadJob, deadJobSchema } from "../protocol/dead-jobs-response.ts";
import type { ExecutionRequest } from "../protocol/execution-request.ts";
import {
  type ExecutionResponse,
  type ExecutionStateResponse,
  executionResponseSchema,
  pendingExecutionSchema,
  runResponseSchema,
} from "../protocol/execution-response.ts";
import { type LanguageEntry, languageEntrySchema } from "../protocol/languages-response.ts";
import { problemSchema } from "../protocol/problem.ts";

/** The HTTP API of a Millrace server. Works in browsers and wherever else there is `fetch`. */
export interface Client {
  /**
   * Runs a program and waits for its end. However the program ends, that is a result.
   * An aborted `signal` cancels it, and rejects with the signal's reason.
   * @throws {EngineError} when the server refuses it or cannot do it.
   * @throws {UnreachableError}
   */
  execute(request: ExecutionRequest, options?: { readonly signal?: AbortSignal }): Promise<ExecutionResponse>;
  /**
   * Has a program run without waiting for its end; ask for it with `get`.
   * @param options.idempotencyKey makes it safe to try again: the same request with the same key is the same execution.
   * @throws {EngineError} when the server refuses it.
   * @throws {UnreachableError}
   */
  submit(
    request: ExecutionRequest,
    options?: { readonly signal?: AbortSignal; readonly idempotencyKey?: string },
  ): Promise<ExecutionStateResponse>;
  /**
   * An execution that was submitted.
   * @param options.waitMs how long the server waits for its end before it answers, at most 60,000.
   * @throws {EngineError} `not_found`, `expired`.
   * @throws {UnreachableError}
   */
  get(
    id: string,
    options?: { readonly signal?: AbortSignal; readonly waitMs?: number },
  ): Promise<ExecutionStateResponse>;
  /**
   * Cancels an execution that was submitted, unless it is done.
   * @throws {EngineError} `not_found`, `expired`.
   * @throws {UnreachableError}
   */
  cancel(id: string, options?: { readonly signal?: AbortSignal }): Promise<ExecutionStateResponse>;
  /**
   * The client's jobs that ended their workers and are not started any more.
   * @throws {UnreachableError}
   */
  deadJobs(options?: { readonly signal?: AbortSignal }): Promise<readonly DeadJob[]>;
  /**
   * Has a dead job's program run once more, as a new execution.
   * @throws {EngineError} `not_found`, and as `submit`.
   * @throws {UnreachableError}
   */
  retry(id: string, options?: { readonly signal?: AbortSignal }): Promise<ExecutionStateResponse>;
  /**
   * The nodes of the server's cluster, and what waits; of a server alone, itself.
   * @throws {EngineError}
   * @throws {UnreachableError}
   */
  cluster(options?: { readonly signal?: AbortSignal }): Promise<ClusterResponse>;
  /**
   * The languages that the server knows.
   * @throws {EngineError}
   * @throws {UnreachableError}
   */
  languages(options?: { readonly signal?: AbortSignal }): Promise<readonly LanguageEntry[]>;
}

/** No answer came from the server, or one that is not Millrace's. `cause` has the reason where there is one. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
  /** There was no connection, or it broke, as with a server that restarts; otherwise it answers, and is not Millrace. */
  readonly isConnectionLost: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isConnectionLost?: boolean } = {}) {
    super(message, options);
    this.isConnectionLost = options.isConnectionLost ?? false;
  }
}

/** A newer server may say more than this client knows: what is not known is passed over. */
const executionAnswer = executionResponseSchema
  .extend({ compile: runResponseSchema.strip().nullable(), run: runResponseSchema.strip().nullable() })
  .strip();
const stateAnswer = z.discriminatedUnion("state", [executionAnswer, pendingExecutionSchema.strip()]);
const deadJobsAnswer = z.object({ jobs: z.array(deadJobSchema.strip()) });
const clusterAnswer = clusterResponseSchema.extend({ nodes: z.array(nodeSchema.strip()) }).strip();
const languagesAnswer = z.object({ languages: z.array(languageEntrySchema.strip()) });
const problemAnswer = problemSchema.partial({ errors: true }).extend({ code: z.string() }).strip();

/**
 * @param options.url the server's address, like `http://localhost:8080`.
 * @param options.key an API key, for a server that wants one.
 */
export function createClient(options: { readonly url: string; readonly key?: string | null }): Client {
  const base = options.url.replace(/\/+$/, "");
  const credentials: Record<string, string> = options.key ? { authorization: `Bearer ${options.key}` } : {};

  async function ask<Answer>(path: string, schema: z.ZodType<Answer>, init: Init): Promise<Answer> {
    const { status, headers, text } = await send(`${base}${path}`, {
      ...init,
      headers: { ...credentials, ...(init.body ? { "content-type": "application/json" } : {}), ...init.headers },
    });
    const content = parseJson(text);
    if (status !== 200 && status !== 202) throw toError(status, headers, content);
    const answer = schema.safeParse(content);
    if (answer.success) return answer.data;
    throw new UnreachableError(`${base}${path} does not answer as Millrace does`, { cause: answer.error });
  }

  return {
    execute: (request, { signal } = {}) =>
      ask("/v1/executions", executionAnswer, {
        method: "POST",
        body: JSON.stringify(request),
        ...(signal && { signal }),
      }),
    submit: (request, { signal, idempotencyKey } = {}) =>
      ask("/v1/executions", stateAnswer, {
        method: "POST",
        body: JSON.stringify({ ...request, wait: false }),
        headers: idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey },
        ...(signal && { signal }),
      }),
    get: (id, { signal, waitMs = 0 } = {}) =>
      ask(`${addressOf(id)}?wait=${Math.min(60_000, Math.round(waitMs))}ms`, stateAnswer, {
        method: "GET",
        ...(signal && { signal }),
      }),
    cancel: (id, { signal } = {}) => ask(addressOf(id), stateAnswer, { method: "DELETE", ...(signal && { signal }) }),
    async deadJobs({ signal } = {}) {
      const { jobs } = await ask("/v1/jobs/dead", deadJobsAnswer, { method: "GET", ...(signal && { signal }) });
      return jobs;
    },
    retry: (id, { signal } = {}) =>
      ask(`/v1/jobs/dead/${encodeURIComponent(id)}/retry`, stateAnswer, { method: "POST", ...(signal && { signal }) }),
    cluster: ({ signal } = {}) => ask("/v1/cluster", clusterAnswer, { method: "GET", ...(signal && { signal }) }),
    async languages({ signal } = {}) {
      const { languages } = await ask("/v1/languages", languagesAnswer, { method: "GET", ...(signal && { signal }) });
      return languages;
    },
  };
}

function addressOf(id: string): string {
  return `/v1/executions/${encodeURIComponent(id)}`;
}

type Init = RequestInit & { readonly headers?: Readonly<Record<string, string>> };

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** @throws {UnreachableError} when the connection cannot be made or breaks; the reason of an aborted signal as it is. */
async function send(url: string, init: RequestInit): Promise<Answer> {
  try {
    const answer = await fetch(url, init);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  } catch (cause) {
    init.signal?.throwIfAborted();
    const message = `${new URL(url).origin} does not answer: ${reasonOf(cause)}`;
    throw new UnreachableError(message, { cause, isConnectionLost: true });
  }
}

/** `fetch` says only that it failed; what it was is below. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message || ("code" in error ? String(error.code) : error.name);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function toError(status: number, headers: Headers, content: unknown): Error {
  const problem = problemAnswer.safeParse(content).data;
  if (problem === undefined) return new UnreachableError(`The server answers ${status}, and not as Millrace does`);
  if (!isErrorCode(problem.code)) return new UnreachableError(`The server answers ${problem.code}: ${problem.detail}`);
  const retryAfter = headers.get("retry-after");
  return new EngineError(problem.code, problem.detail, {
    fields: problem.errors ?? [],
    ...(retryAfter !== null && { retryAfterSeconds: Number(retryAfter) }),
  });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
