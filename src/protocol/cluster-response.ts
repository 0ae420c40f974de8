import { z } from "zod";
import { type NodeStatus, type Percentiles, type RecentExecutions, ROLES } from "../domain/node.ts";
import { isolationSchema } from "./execution-response.ts";
import { roundMs } from "./to-response.ts";

const count = z.int().min(0);
const milliseconds = z.number().min(0);
const percentiles = z
  .strictObject({ p50: milliseconds, p95: milliseconds, p99: milliseconds })
  .nullable()
  .meta({ description: "What so many of a hundred took at most; null when there were none." });

/** A node, as `GET /v1/cluster` describes it. */
export const nodeSchema = z
  .strictObject({
    id: z.string().meta({ description: "`node_` and 32 hexadecimal digits; another one after each start." }),
    roles: z.array(z.enum(ROLES)).meta({ description: "A gateway answers clients, a worker runs programs." }),
    host: z.string().meta({ description: "The name of its host." }),
    version: z.string().meta({ description: "Of Millrace." }),
    ready: z.boolean().meta({ description: "Whether it can run programs now, or have them run." }),
    slots: count.meta({ description: "How many programs it may run at once; 0 for a gateway alone." }),
    usedSlots: count,
    languages: z.record(z.string(), z.array(z.string())).meta({ description: "The versions of each that it can run." }),
    isolation: isolationSchema,
    lacks: z.array(z.string()).meta({ description: "What its boxes lack, a sentence each." }),
    recent: z
      .strictObject({
        executions: count,
        perSecond: z.number().min(0).meta({ description: "How many ended in a second, over the last minute." }),
        queuedMs: percentiles,
        totalMs: percentiles,
      })
      .meta({ description: "The executions that ended last on it, 1,024 at most." }),
  })
  .meta({ description: "A node of the cluster." });

export const clusterResponseSchema = z.strictObject({
  nodes: z.array(nodeSchema),
  queue: z.strictObject({
    jobs: count.meta({ description: "Executions that wait for a slot." }),
    oldestMs: milliseconds.meta({ description: "How long the oldest of them has waited; 0 when none does." }),
  }),
});

export type ClusterResponse = z.infer<typeof clusterResponseSchema>;

export function toClusterResponse(
  nodes: readonly NodeStatus[],
  queue: { readonly jobs: number; readonly oldestMs: number },
): ClusterResponse {
  return { nodes: nodes.map(toNode), queue: { jobs: queue.jobs, oldestMs: roundMs(queue.oldestMs) } };
}

function toNode(node: NodeStatus): ClusterResponse["nodes"][number] {
  const { id, roles, host, version, isReady, slots, usedSlots, languages, isolation, lacks, recent } = node;
  return {
    id,
    roles: [...roles],
    host,
    version,
    ready: isReady,
    slots,
    usedSlots,
    languages: Object.fromEntries(Object.entries(languages).map(([name, versions]) => [name, [...versions]])),
    isolation,
    lacks: [...lacks],
    recent: toRecent(recent),
  };
}

function toRecent({ executions, perSecond, queuedMs, totalMs }: RecentExecutions) {
  return {
    executions,
    perSecond: Math.round(perSecond * 100) / 100,
    queuedMs: queuedMs && toPercentiles(queuedMs),
    totalMs: totalMs && toPercentiles(totalMs),
  };
}

function toPercentiles({ p50, p95, p99 }: Percentiles): Percentiles {
  return { p50: roundMs(p50), p95: roundMs(p95), p99: roundMs(p99) };
}
