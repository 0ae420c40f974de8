import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { systemClock } from "../../domain/clock.ts";
import { ERRORS } from "../../domain/errors.ts";
import { parseExecutionRequest } from "../../protocol/parse-execution-request.ts";
import { createEmbeddedQueue } from "../../queue/embedded/embedded-queue.ts";
import { addRoute } from "../route.ts";
import { type ScriptedServer, startScriptedServer } from "../scripted-server.test-support.ts";
import { createOpenApiDocument } from "./document.ts";
import { examples } from "./examples.ts";

// Every route is made by it; so it knows of all.
vi.mock(import("../route.ts"), async (load) => {
  const original = await load();
  return { addRoute: vi.fn(original.addRoute) };
});

const document = createOpenApiDocument("1.2.3");
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);

let server: ScriptedServer;

beforeAll(async () => {
  server = startScriptedServer({ queue: createEmbeddedQueue({ capacity: 10, clock: systemClock }) });
  await server.app.ready();
});
afterAll(() => server.close());

describe("the API's document", () => {
  test("is a valid OpenAPI document", async () => {
    expect(await new Validator().validate(JSON.parse(JSON.stringify(document)))).toEqual({ valid: true });
  });

  test("is what the server answers with, but for the version", async () => {
    const answer = await server.app.inject({ method: "GET", url: "/openapi.json", headers: { host: "localhost" } });
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(answer.json()).toEqual(JSON.parse(JSON.stringify(createOpenApiDocument("0.0.0"))));
  });

  test("has every route of the server, and no other", () => {
    const routed = vi.mocked(addRoute).mock.calls.flatMap(([, ...routes]) => routes);
    const made = routed.map(({ method, url }) => `${method} ${url}`);
    const routes = made.filter((route) => !route.startsWith("GET /docs/"));
    const known = operations.map(({ path, method }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`);
    expect(routes.toSorted()).toEqual(known.toSorted());
  });

  test("has every error of the table", () => {
    const text = JSON.stringify(document.components.responses);
    for (const code of Object.keys(ERRORS)) expect(text).toContain(`\`${code}\``);
  });

  test("gives every operation a name of its own", () => {
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(Object.entries(examples))(
    "its example %s is a right request, by the schema and by the server",
    (_, { value }) => {
      const ajv = new Ajv2020({ strict: false });
      ajv.addSchema({ ...document, $id: "api" });
      expect(ajv.validate("api#/components/schemas/ExecutionRequest", value)).toBe(true);
      expect(parseExecutionRequest(Buffer.from(JSON.stringify(value)))).toEqual(value);
    },
  );

  test("docs/openapi.json is it", () => {
    const committed = JSON.parse(readFileSync(new URL("../../../docs/openapi.json", import.meta.url), "utf8"));
    const { version } = committed.info;
    expect(committed).toEqual(JSON.parse(JSON.stringify(createOpenApiDocument(version))));
  });
});
