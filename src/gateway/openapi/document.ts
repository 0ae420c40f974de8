import { errorResponses } from "./error-responses.ts";
import { examples } from "./examples.ts";
import { executionPaths } from "./execution-paths.ts";
import type { OpenApiDocument, PathItem } from "./openapi.ts";
import { componentSchemas } from "./schemas.ts";
import { servicePaths } from "./service-paths.ts";

/**
 * The API as an OpenAPI document, made from the schemas that requests are checked by and the table of errors.
 * @param version of Millrace.
 */
export function createOpenApiDocument(version: string): OpenApiDocument {
  const paths: Record<string, PathItem> = { ...executionPaths(), ...servicePaths() };
  return {
    openapi: "3.1.0",
    info: {
      title: "Millrace",
      summary: "Runs programs in sandboxes",
      description:
        "A client sends a program; Millrace runs it in a fresh sandbox and answers with what it printed. A program that fails is no error: its status says how it ended, and the answer is 200.",
      license: { name: "MIT", identifier: "MIT" },
      version,
    },
    servers: [{ url: "/", description: "this server" }],
    tags: [
      { name: "execute", description: "Run programs" },
      { name: "look", description: "What there is" },
      { name: "operate", description: "For whoever runs the server" },
    ],
    paths,
    security: [{}, { bearer: [] }, { apiKey: [] }],
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "An API key, where the server asks for one." },
        apiKey: {
          type: "apiKey",
          in: "header",
          name: "X-Api-Key",
          description: "The same key, in a header of its own.",
        },
      },
      schemas: componentSchemas(),
      responses: errorResponses(),
      examples,
    },
  };
}
