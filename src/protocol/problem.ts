import { z } from "zod";
import { type EngineError, ERRORS } from "../domain/errors.ts";

/** Problem details of RFC 9457, with the code of the table of errors and the fields that are wrong. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })),
});

export type Problem = z.infer<typeof problemSchema>;

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

export function toProblem({ code, message, fields }: EngineError): Problem {
  const { title, status } = ERRORS[code];
  return { type: `urn:millrace:error:${code}`, title, status, code, detail: message, errors: [...fields] };
}
