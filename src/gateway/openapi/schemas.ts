import { z } from "zod";
import { clusterResponseSchema, nodeSchema } from "../../protocol/cluster-response.ts";
import { deadJobSchema, deadJobsResponseSchema } from "../../protocol/dead-jobs-response.ts";
import { executionRequestSchema, fileSchema, limitsSchema, webhookSchema } from "../../protocol/execution-request.ts";
import {
  executionResponseSchema,
  executionStateSchema,
  isolationSchema,
  pendingExecutionSchema,
  runResponseSchema,
  statusSchema,
} from "../../protocol/execution-response.ts";
import { languageEntrySchema, languagesResponseSchema } from "../../protocol/languages-response.ts";
import { problemSchema } from "../../protocol/problem.ts";
import type { Reference } from "./openapi.ts";

const SCHEMAS = {
  ExecutionRequest: executionRequestSchema,
  File: fileSchema,
  Limits: limitsSchema,
  Webhook: webhookSchema,
  Execution: executionResponseSchema,
  PendingExecution: pendingExecutionSchema,
  ExecutionState: executionStateSchema,
  Run: runResponseSchema,
  Status: statusSchema,
  Languages: languagesResponseSchema,
  Language: languageEntrySchema,
  Cluster: clusterResponseSchema,
  DeadJobs: deadJobsResponseSchema,
  DeadJob: deadJobSchema,
  Node: nodeSchema,
  Isolation: isolationSchema,
  Problem: problemSchema,
} as const;

export function refersTo(name: keyof typeof SCHEMAS): Reference {
  return { $ref: `#/components/schemas/${name}` };
}

/** The schemas of bodies as JSON Schema, one of another's parts by reference. */
export function componentSchemas(): Record<string, object> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: "input" });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _dialect, $id: _uri, ...schema }]) => [name, schema]),
  );
}
