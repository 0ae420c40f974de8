import { errors } from "./error-responses.ts";
import type { ApiResponse, PathItem } from "./openapi.ts";
import { refersTo } from "./schemas.ts";

/** The routes that tell of the server. */
export function servicePaths(): Record<string, PathItem> {
  return {
    "/v1/languages": {
      get: {
        operationId: "listLanguages",
        tags: ["look"],
        summary: "Languages, their versions and default limits",
        description: "Those that are missing on this server, too, with the command that brings them.",
        responses: { "200": json("All languages.", refersTo("Languages")), ...errors("Problem", "unknown_field") },
      },
    },
    "/v1/cluster": {
      get: {
        operationId: "describeCluster",
        tags: ["look"],
        summary: "Nodes, how well their boxes hold, and what waits",
        responses: { "200": json("What there is now.", refersTo("Cluster")), ...errors("Problem", "unknown_field") },
      },
    },
    "/v1/jobs/dead": {
      get: {
        operationId: "listDeadJobs",
        tags: ["look"],
        summary: "Jobs that ended their workers, and are not started any more",
        description: "The client's own, the latest 1,000, the latest last. Each is kept for a day at least.",
        responses: {
          "200": json("Those that there are.", refersTo("DeadJobs")),
          ...errors("Problem", "unknown_field"),
        },
      },
    },
    "/v1/jobs/dead/{id}/retry": {
      post: {
        operationId: "retryDeadJob",
        tags: ["execute"],
        summary: "Has a dead job's program run once more",
        description: "As a new execution: the first one keeps its result.",
        parameters: [
          {
            name: "id",
            in: "path",
            required: true,
            description: "Of the execution that is dead.",
            schema: { type: "string", pattern: "^exe_[0-9a-f]{32}$" },
          },
        ],
        responses: {
          "202": {
            description: "The new execution is accepted; `Location` is where to ask for it.",
            headers: { Location: { description: "Its address.", schema: { type: "string", format: "uri-reference" } } },
            content: { "application/json": { schema: refersTo("ExecutionState") } },
          },
          ...errors("Problem", "not_found", "unknown_field", "queue_full", "no_worker", "store_full"),
        },
      },
    },
    "/healthz": {
      get: {
        operationId: "isLive",
        security: [],
        tags: ["operate"],
        summary: "Whether the process lives",
        responses: { "200": json("It does.", flag("live")), ...errors("Problem") },
      },
    },
    "/readyz": {
      get: {
        operationId: "isReady",
        security: [],
        tags: ["operate"],
        summary: "Whether programs can be run now",
        responses: { "200": json("They can.", flag("ready")), ...errors("Problem", "no_worker") },
      },
    },
    "/metrics": {
      get: {
        operationId: "readMetrics",
        tags: ["operate"],
        summary: "Metrics in Prometheus' text format",
        responses: { "200": text("All metrics.", "text/plain"), ...errors("Problem") },
      },
    },
    "/openapi.json": {
      get: {
        operationId: "describe",
        security: [],
        tags: ["look"],
        summary: "This document",
        responses: {
          "200": json("An OpenAPI document.", {
            type: "object",
            required: ["openapi", "info", "paths"],
            properties: { openapi: { type: "string", pattern: "^3\\.1\\." } },
          }),
          ...errors("Problem"),
        },
      },
    },
    "/docs": {
      get: {
        operationId: "showPage",
        security: [],
        tags: ["look"],
        summary: "This document as a page, with forms to try it",
        responses: { "200": text("The page.", "text/html"), ...errors("Problem") },
      },
    },
  };
}

function json(description: string, schema: object): ApiResponse {
  return { description, content: { "application/json": { schema } } };
}

function text(description: string, type: string): ApiResponse {
  return { description, content: { [type]: { schema: { type: "string" } } } };
}

function flag(name: string): object {
  return { type: "object", properties: { [name]: { const: true } }, required: [name], additionalProperties: false };
}
