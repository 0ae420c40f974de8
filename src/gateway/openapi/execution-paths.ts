import { ISOLATIONS } from "../../domain/node.ts";
import { STATUSES } from "../../domain/outcome.ts";
import { REQUEST_LIMITS } from "../../protocol/request-limits.ts";
import { errors } from "./error-responses.ts";
import { examples } from "./examples.ts";
import type { ApiResponse, PathItem } from "./openapi.ts";
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
          ...errors("Line", "not_utf8", "unknown_language", "too_large", "invalid_field", "queue_full", "no_worker"),
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
          "Waits until the execution is done. A client that hangs up cancels it: a waiting one never runs, a running one is killed.",
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
          ...errors(
            "Problem",
            "malformed_json",
            "unknown_language",
            "too_large",
            "invalid_field",
            "queue_full",
            "no_worker",
          ),
        },
      },
    },
  };
}
