import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { OpenApiDocument, Operation, PathItem } from "../../src/gateway/openapi/openapi.ts";

/** An answer, as far as the API's document speaks of it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** Holds answers against the API's document. */
export interface ApiDocument {
  /** @returns what of the answer is not as the document says; empty when all is. */
  complaints(method: string, path: string, answer: Answer): string[];
  /** Whether a value keeps to the schema of a component. */
  isValid(schema: string, value: unknown): boolean;
}

interface ResolvedResponse {
  readonly headers?: Readonly<Record<string, { readonly schema: object }>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

/** Any method of a path that the document does not have, and any path. */
const ELSEWHERE: Readonly<Record<string, readonly number[]>> = { path: [403, 404], method: [403, 405] };

/** What a request may be refused for before the server looks at routes. */
const BEFORE_ROUTES = [400, 401, 408, 415, 429, 431];

export function createApiDocument(document: OpenApiDocument): ApiDocument {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ ...document, $id: "api" });
  const compiled = new Map<object, ValidateFunction>();

  function validator(schema: object): ValidateFunction {
    const known = compiled.get(schema);
    if (known !== undefined) return known;
    const validate = ajv.compile(absolute(schema) as object);
    compiled.set(schema, validate);
    return validate;
  }

  function complain(what: string, schema: object, value: unknown): string[] {
    const validate = validator(schema);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${what}${instancePath} ${message}`);
  }

  function resolve(response: object): ResolvedResponse {
    if (!("$ref" in response)) return response as ResolvedResponse;
    const name = String(response.$ref).replace("#/components/responses/", "");
    const found = document.components.responses[name];
    if (found === undefined) throw new Error(`The document refers to ${String(response.$ref)}, which it does not have`);
    return found;
  }

  function complaintsOfResponse(response: ResolvedResponse, { headers, body }: Answer): string[] {
    const found: string[] = [];
    const type = headers["content-type"]?.replace(/;.*$/, "") ?? "";
    const media = response.content?.[type];
    if (media === undefined) return [`the content type is ${JSON.stringify(type)}`];
    const value = /json$/.test(type) ? parse(body) : body.toString();
    found.push(...complain("the body", media.schema, value));
    for (const [name, { schema }] of Object.entries(response.headers ?? {})) {
      const text = headers[name.toLowerCase()];
      if (text !== undefined) found.push(...complain(`the header ${name}`, schema, headerValue(schema, text)));
    }
    return found;
  }

  return {
    complaints(method, path, answer) {
      const item = findPath(document, path);
      const operation = item?.[method.toLowerCase() as keyof PathItem] as Operation | undefined;
      const { status } = answer;
      const response = operation?.responses[status];
      if (response !== undefined) return complaintsOfResponse(resolve(response), answer);
      if (operation !== undefined) return [`the status ${status} is not one of the operation's`];
      const allowed = [...BEFORE_ROUTES, ...(ELSEWHERE[item === null ? "path" : "method"] ?? [])];
      return allowed.includes(status) ? [] : [`${method} ${path} is not in the document, but answered with ${status}`];
    },
    isValid: (schema, value) => ajv.validate(`api#/components/schemas/${schema}`, value),
  };
}

/** A copy whose references lead into the document from wherever they stand. */
function absolute(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(absolute);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === "$ref" ? `api${String(value)}` : absolute(value)]),
  );
}

function findPath({ paths }: OpenApiDocument, path: string): PathItem | null {
  const found = Object.entries(paths).find(([template]) => {
    const pattern = template.replaceAll(/[.]/g, "\\$&").replaceAll(/\{[^}]+\}/g, "[^/]+");
    return new RegExp(`^${pattern}$`).test(path);
  });
  return found?.[1] ?? null;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function headerValue(schema: object, text: string): unknown {
  const { type } = schema as { readonly type?: string };
  if (type === "integer" || type === "number") return text === "" ? Number.NaN : Number(text);
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}
