import { z } from "zod";
import { ISOLATIONS, type NodeStatus, ROLES } from "../domain/node.ts";
import { nodeIdSchema } from "./wire.ts";

const percentiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable();

/** What a node says of itself, every other second. */
export const nodeReportSchema = z.object({
  id: nodeIdSchema,
  roles: z.array(z.enum(ROLES)).min(1),
  host: z.string(),
  version: z.string(),
  isReady: z.boolean(),
  slots: z.int().min(0),
  usedSlots: z.int().min(0),
  languages: z.record(z.string(), z.array(z.string())),
  /** Languages whose interpreters it boots ahead, and how many of each stand ready. */
  warmProcesses: z.record(z.string(), z.int().min(0)).default({}),
  /** What those hold, bytes. */
  warmMemoryBytes: z.record(z.string(), z.int().min(0)).default({}),
  isolation: z.enum(ISOLATIONS),
  lacks: z.array(z.string()),
  recent: z.object({
    executions: z.int().min(0),
    perSecond: z.number().min(0).default(0),
    queuedMs: percentiles,
    totalMs: percentiles,
  }),
  /** The last thing it says. */
  isLeaving: z.boolean().default(false),
}) satisfies z.ZodType<NodeStatus>;

/** What others hear of a node. */
export interface NodeReport extends NodeStatus {
  readonly warmProcesses: Readonly<Record<string, number>>;
  readonly warmMemoryBytes: Readonly<Record<string, number>>;
  readonly isLeaving: boolean;
}
