import { z } from "zod";
import { type EngineError, ERRORS, type ErrorCode } from "../domain/errors.ts";

/** Problem details of RFC 9457, with the code of the table of errors and the fields that are wrong. */
export const problemSchema = z
  .strictObject({
    type: z
      .string()
      .meta({ description: "`urn:millrace:error:` and the code.", pattern: "^urn:millrace:error:[a-z0-9_]+$" }),
    title: z.string(),
    status: z.int().meta({ description: "The HTTP status." }),
    code: z.enum(Object.keys(ERRORS) as ErrorCode[]),
    detail: z.string().meta({ description: "What is wrong, for a person." }),
    errors: z
      .array(
        z.strictObject({
          path: z.string().meta({ description: "A JSON pointer (RFC 6901)." }),
          message: z.string().meta({ description: "What is wrong with it and what would be right." }),
        }),
      )
      .meta({ description: "Fields that are wrong, the first 20." }),
  })
  .meta({ description: "What the engine could not do (RFC 9457)." });

export type Problem = z.infer<typeof problemSchema>;

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

export function toProblem({ code, message, fields }: EngineError): Problem {
  const { title, status } = ERRORS[code];
  return { type: `urn:millrace:error:${code}`, title, status, code, detail: message, errors: [...fields] };
}
