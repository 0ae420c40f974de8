import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { hasWorkers, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/until.ts";

interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: Pick<CollectedSpan, "attributes">;
    readonly scopeSpans: readonly { readonly spans: readonly CollectedSpan[] }[];
  }[];
}

type Seen = CollectedSpan & { readonly service: unknown };

const attributeOf = ({ attributes }: Pick<CollectedSpan, "attributes">, key: string) =>
  Object.values(attributes.find((one) => one.key === key)?.value ?? {})[0];

/** What receives OTLP over HTTP, as JSON. */
async function startCollector() {
  const spans: Seen[] = [];
  const server = createServer(async (request, response) => {
    expect(request.url).toBe("/v1/traces");
    const { resourceSpans } = (await json(request)) as Export;
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = attributeOf(resource, "service.name");
      for (const scope of scopeSpans) spans.push(...scope.spans.map((span) => ({ ...span, service })));
    }
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return { spans, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("a trace goes from the client's request through the queue to the boxes", async () => {
  const collector = await startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: "100" };
  const cluster = await startCluster();
  onTestFinished(cluster.close);
  const [gateway] = await Promise.all([cluster.start("gateway", { env }), cluster.start("worker", { env })]);
  await hasWorkers(gateway, 1);
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const response = await fetch(`${gateway.url}/v1/executions`, {
    method: "POST",
    headers: { "content-type": "application/json", traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    // Nobody has compiled it before.
    body: JSON.stringify({ language: "c", code: `int main() { return 7; } // ${randomUUID()}` }),
  });
  const { id } = (await response.json()) as { readonly id: string };

  const ofTrace = () => collector.spans.filter((span) => span.traceId === traceId);
  await eventually("all of it was told", () => ofTrace().length >= 8, 20_000);
  const byId = new Map(ofTrace().map((span) => [span.spanId, span]));
  const pathOf = ({ name, service, parentSpanId = "" }: Seen): string => {
    const parent = byId.get(parentSpanId);
    return `${parent === undefined ? parentSpanId : pathOf(parent)} > ${service} ${name}`;
  };
  const root = "b7ad6b7169203331 > millrace-gateway POST /v1/executions";
  expect(ofTrace().map(pathOf).toSorted()).toEqual(
    [
      root,
      `${root} > millrace-worker queue`,
      `${root} > millrace-worker execute`,
      `${root} > millrace-worker execute > millrace-worker compile`,
      `${root} > millrace-worker execute > millrace-worker compile > millrace-worker box`,
      `${root} > millrace-worker execute > millrace-worker run`,
      `${root} > millrace-worker execute > millrace-worker run > millrace-worker box`,
      `${root} > millrace-worker result`,
    ].toSorted(),
  );
  const execute = ofTrace().find(({ name }) => name === "execute") as Seen;
  expect(["id", "language", "status"].map((key) => attributeOf(execute, key))).toEqual([id, "c", "runtime_error"]);
  for (const { startTimeUnixNano, endTimeUnixNano } of ofTrace())
    expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
  // Nothing else is traced: what asks for the cluster's state would drown what is looked for.
  expect(collector.spans).toHaveLength(ofTrace().length);
});

test("where nobody collects traces, nothing for it is loaded", () => {
  // The client of the metrics loads the package of the interfaces, in any case.
  const program = `
    import { Module } from "node:module";
    const loaded = () => Object.keys(Module._cache).filter((path) => /@opentelemetry.(?!api.)/.test(path)).length;
    await import("./src/main/serve.ts");
    const without = loaded();
    const { createOpenTelemetry } = await import("./src/telemetry/open-telemetry.ts");
    const unused = loaded();
    await createOpenTelemetry({ endpoint: "http://127.0.0.1:9", service: "s", version: "0", log: console });
    console.log(JSON.stringify([without, unused, loaded() > 0]));
    process.exit(0);`;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  expect(JSON.parse(output)).toEqual([0, 0, true]);
});
