import type { FastifyInstance } from "fastify";
import { PAGE_POLICY } from "./docs-page.ts";
import type { GatewayDeps } from "./gateway.ts";
import { createOpenApiDocument } from "./openapi/document.ts";
import { addRoute } from "./route.ts";

/** The page's files change only with the server's version. */
const FILE_CACHING = "private, max-age=3600";

/** `GET /openapi.json`: the API as a document. `GET /docs`: a page that shows it, and the files of that page. */
export function registerDocsRoutes(app: FastifyInstance, { version, docsPage }: GatewayDeps): void {
  const document = JSON.stringify(createOpenApiDocument(version));
  addRoute(app, {
    method: "GET",
    url: "/openapi.json",
    config: { isOpen: true },
    handler: async (_request, reply) => reply.type("application/json; charset=utf-8").send(document),
  });
  addRoute(app, {
    method: "GET",
    url: "/docs",
    config: { isOpen: true },
    handler: async (_request, reply) => {
      const { type, content } = docsPage.page;
      return reply.header("content-security-policy", PAGE_POLICY).type(type).send(content);
    },
  });
  for (const [name, { type, content }] of Object.entries(docsPage.files)) {
    addRoute(app, {
      method: "GET",
      url: `/docs/${name}`,
      config: { isOpen: true },
      handler: async (_request, reply) => reply.header("cache-control", FILE_CACHING).type(type).send(content),
    });
  }
}
