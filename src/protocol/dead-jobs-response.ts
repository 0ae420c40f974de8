import { z } from "zod";
import type { Execution, Submitter } from "../domain/execution.ts";

export const deadJobSchema = z
  .strictObject({
    id: z.string().meta({ description: "Of its execution." }),
    language: z.string(),
    version: z.string(),
    acceptedAt: z.string().meta({ description: "When it was accepted, as ISO 8601 has it.", format: "date-time" }),
    client: z.string().nullable().meta({ description: "The name of the API key that submitted it." }),
  })
  .meta({ description: "A job that ended its worker again and again, and is not started any more." });

/** What `GET /v1/jobs/dead` answers. */
export const deadJobsResponseSchema = z.strictObject({ jobs: z.array(deadJobSchema) });

export type DeadJob = z.infer<typeof deadJobSchema>;

export function toDeadJob(job: {
  readonly execution: Pick<Execution, "id" | "language" | "version">;
  readonly submitter: Submitter;
  readonly acceptedAtMs: number;
}): DeadJob {
  const { id, language, version } = job.execution;
  return { id, language, version, acceptedAt: new Date(job.acceptedAtMs).toISOString(), client: job.submitter.client };
}
