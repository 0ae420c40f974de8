import { ISOLATIONS } from "../../domain/node.ts";
import { STATUSES } from "../../domain/outcome.ts";
import { REQUEST_LIMITS } from "../../protocol/request-limits.ts";
import { errors } from "./error-responses.ts";
import { examples } from "./examples.ts";
import type { ApiResponse, Parameter, PathItem } from "./openapi.ts";
import { refersTo } from "./schemas.ts";

const number = { type: "number", minimum: 0 };

const RUN_HEADERS: NonNullable<ApiResponse["headers"]> = {
  "Millrace-Status": { description: "How it ended.", schema: { type: "string", enum: STATUSES } },
  "Millrace-Exit-Code": {
    description: "The exit code, when the program exited.",
    schema: { type: "integer", minimum: 0, maximum: 255 },
  },
  "Millrace-Signal": {
    description: "The signal's name, when a signal ended it; never together with the exit code.",
    schema: { type: "string", pattern: "^SIG[A-Z0-9+]+$" },
  },
  "Millrace-Cpu-Ms": { description: "Processor time.", schema: number },
  "Millrace-Wall-Ms": { description: "From start to end.", schema: number },
  "Millrace-Memory-Bytes": { description: "Peak memory.", schema: { type: "integer", minimum: 0 } },
  "Millrace-Isolation": {
    description: "How well the box held; `reduced` when its host lacks a line of it.",
    schema: { type: "string", enum: ISOLATIONS },
  },
  "Millrace-Warm": { description: "Whether it ran in a process started ahead.", schema: { type: "boolean" } },
};

const IDEMPOTENCY_KEY: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "Makes a retry safe: a request that is the same as an earlier one with this key is the same execution; another one is refused.",
  schema: { type: "string", pattern: "^[!-~]{1,255}$" },
};

const ID: Parameter = {
  name: "id",
  in: "path",
  required: true,
  description: "As the answer to `POST /v1/executions` has it.",
  schema: { type: "string", pattern: "^exe_[0-9a-f]{32}$" },
};

/** What may be wrong with a program that somebody wants to have run. */
const OF_SUBMISSIONS = [
  "unknown_language",
  "idempotency_conflict",
  "too_large",
  "invalid_field",
  "queue_full",
  "no_worker",
  "store_full",
] as const;

/** The routes that execute programs. */
export function executionPaths(): Record<string, PathItem> {
  return {
    "/lang/{language}": {
      post: {
        operationId: "executeText",
        tags: ["execute"],
        summary: "Runs a program and answers with what it printed",
        description:
          "The body's bytes are the program, whatever its content type. The answer is the program's standard output; when the status is not `ok`, then its standard error, or the compiler's output; for a run that was stopped a last line `millrace: <status>: <message>`. Whether a program failed is said by the headers, not by the answer's status.",
        parameters: [
          {
            name: "language",
            in: "path",
            required: true,
            description: "Id or alias of a language.",
            schema: { type: "string", minLength: 1 },
            example: "python",
          },
          { name: "stdin", in: "query", description: "Standard input.", schema: { type: "string" } },
          {
            name: "arg",
            in: "query",
            description: "An argument; give it once for each.",
            schema: { type: "array", items: { type: "string" }, maxItems: REQUEST_LIMITS.args },
            style: "form",
            explode: true,
          },
          {
            name: "version",
            in: "query",
            description: "A semver range, like `3` or `>=17`; the newest version when absent.",
            schema: { type: "string", minLength: 1, maxLength: REQUEST_LIMITS.nameCharacters },
          },
          IDEMPOTENCY_KEY,
        ],
        requestBody: {
          required: true,
          description: "The program, at most 1 MiB.",
          content: {
            "text/plain": {
              schema: { type: "string", minLength: 1 },
              examples: { hello: { summary: "hello", value: "print('Hello, world!')" } },
            },
            "application/octet-stream": { schema: {} },
          },
        },
        responses: {
          "200": {
            description: "The program ran, however it ended.",
            headers: RUN_HEADERS,
            content: { "text/plain": { schema: { type: "string" } } },
          },
          ...errors("Line", "not_utf8", ...OF_SUBMISSIONS),
          "500": {
            description:
              "The engine failed: `Millrace-Status` is `internal_error`, or the text is a line with the code `internal`.",
            headers: RUN_HEADERS,
            content: { "text/plain": { schema: { type: "string" } } },
          },
        },
      },
    },
    "/v1/executions": {
      post: {
        operationId: "execute",
        tags: ["execute"],
        summary: "Runs a program: the full form",
        description:
          "Waits until the execution is done, or with `wait: false` answers as soon as it is accepted. A client that hangs up while it waits cancels the execution: a waiting one never runs, a running one is killed. Not so with an `Idempotency-Key`.",
        parameters: [
          IDEMPOTENCY_KEY,
          {
            name: "Prefer",
            in: "header",
            description: "`respond-async` is `wait: false` where the body does not say `wait`.",
            schema: { type: "string" },
          },
        ],
        requestBody: {
          required: true,
          description: "JSON in UTF-8, at most 40 MiB.",
          content: {
            "application/json": {
              schema: refersTo("ExecutionRequest"),
              examples: Object.fromEntries(
                Object.keys(examples).map((name) => [name, { $ref: `#/components/examples/${name}` }]),
              ),
            },
          },
        },
        responses: {
          "200": {
            description: "The execution is done, however its program ended.",
            content: { "application/json": { schema: refersTo("Execution") } },
          },
          "202": {
            description:
              "The execution is accepted; `Location` is where to ask for it. No death of a process loses it.",
            headers: { Location: { description: "Its address.", schema: { type: "string", format: "uri-reference" } } },
            content: { "application/json": { schema: refersTo("ExecutionState") } },
          },
          ...errors("Problem", "malformed_json", ...OF_SUBMISSIONS),
        },
      },
    },
    "/v1/executions/{id}": {
      get: {
        operationId: "getExecution",
        tags: ["execute"],
        summary: "An execution as it is, or as soon as it is done",
        description:
          "Only whoever submitted an execution can see it, and only one that was answered 202 or had an `Idempotency-Key`. Its result is kept for a while after its end.",
        parameters: [
          ID,
          {
            name: "wait",
            in: "query",
            description: "How long to wait for its end, like `10s` or `500ms`; at most 60 s.",
            schema: { type: "string", pattern: "^[0-9]{1,5}(ms|s)$" },
            example: "10s",
          },
        ],
        responses: {
          "200": {
            description: "The execution, done or not.",
            content: { "application/json": { schema: refersTo("ExecutionState") } },
          },
          ...errors("Problem", "not_found", "expired", "invalid_field"),
        },
      },
      delete: {
        operationId: "cancelExecution",
        tags: ["execute"],
        summary: "Cancels an execution",
        description: "One that waits never runs, one that runs is killed. One that is done stays as it is.",
        parameters: [ID],
        responses: {
          "200": {
            description: "The execution: `cancelled`, unless it was done before.",
            content: { "application/json": { schema: refersTo("ExecutionState") } },
          },
          ...errors("Problem", "not_found", "expired", "unknown_field"),
        },
      },
    },
    "/v1/executions/{id}/events": {
      get: {
        operationId: "followExecution",
        tags: ["execute"],
        summary: "What happens to an execution, as it happens",
        description:
          "Server-sent events `queued`, `started`, `compile`, `stdout`, `stderr` and `done`, each with JSON for data; from the first one on, or from the one after `Last-Event-ID`. Only for whoever submitted the execution.",
        parameters: [
          ID,
          {
            name: "Last-Event-ID",
            in: "header",
            description: "The id of the last event that the client has had.",
            schema: { type: "string" },
          },
        ],
        responses: {
          "200": {
            description: "Events, until `done`.",
            content: { "text/event-stream": { schema: { type: "string" } } },
          },
          "204": { description: "The client has had `done`: there is nothing more." },
          ...errors("Problem", "not_found", "expired"),
        },
      },
    },
  };
}
