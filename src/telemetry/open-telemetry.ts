import { setTimeout as delay } from "node:timers/promises";
import type { Context, Span as OpenSpan } from "@opentelemetry/api";
import type { Log } from "./log.ts";
import { type Attributes, NO_SPAN, type Span, type Tracing } from "./tracing.ts";

/** How long the last spans may take to be sent, milliseconds. */
const LAST_SENDING_MS = 2_000;

/** A collector that is away is told of once in so long, milliseconds. */
const COMPLAIN_EVERY_MS = 60_000;

/**
 * Sends traces to a collector, by OTLP over HTTP. What OpenTelemetry's own variables say counts besides: headers, sampling,
 * the service's name, how many spans are sent together. Its packages are loaded here and nowhere else: who traces nothing
 * does not wait for them.
 * @param options.endpoint like `http://127.0.0.1:4318`.
 * @param options.service what this process is called, unless `OTEL_SERVICE_NAME` says something else.
 * @param options.version of Millrace.
 */
export async function createOpenTelemetry(options: {
  readonly endpoint: string;
  readonly service: string;
  readonly version: string;
  readonly log: Pick<Log, "warn">;
}): Promise<Tracing> {
  const { endpoint, service, version, log } = options;
  const [api, core, { BasicTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, resources] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/core"),
    import("@opentelemetry/sdk-trace-base"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api;
  let complainedAtMs = Number.NEGATIVE_INFINITY;
  core.setGlobalErrorHandler((error) => {
    if (performance.now() - complainedAtMs < COMPLAIN_EVERY_MS) return;
    complainedAtMs = performance.now();
    log.warn({ err: error, endpoint }, "traces cannot be sent");
  });

  const { detectResources, envDetector, resourceFromAttributes } = resources;
  const self = resourceFromAttributes({ "service.name": service, "service.version": version });
  const provider = new BasicTracerProvider({
    resource: self.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }))],
  });
  const tracer = provider.getTracer("millrace", version);
  const propagator = new core.W3CTraceContextPropagator();

  function contextOf(traceparent: string | null): Context {
    const carrier = traceparent === null ? {} : { traceparent };
    return propagator.extract(ROOT_CONTEXT, carrier, api.defaultTextMapGetter);
  }

  function begin(
    name: string,
    context: Context,
    options: { readonly kind?: number; readonly beganAtMs?: number | undefined; readonly attributes?: Attributes },
  ): Span {
    const { kind = SpanKind.INTERNAL, beganAtMs, attributes = {} } = options;
    const startTime = beganAtMs === undefined ? {} : { startTime: beganAtMs };
    return wrap(tracer.startSpan(name, { kind, attributes, ...startTime }, context), context);
  }

  function wrap(span: OpenSpan, parent: Context): Span {
    const context = trace.setSpan(parent, span);
    const carrier: { traceparent?: string } = {};
    propagator.inject(context, carrier, api.defaultTextMapSetter);
    return {
      child: (name, more = {}) => begin(name, context, more),
      end({ attributes = {}, isError = false } = {}) {
        span.setAttributes(attributes);
        if (isError) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
      traceparent: carrier.traceparent ?? null,
    };
  }

  return {
    serve: (name, { traceparent, attributes }) =>
      begin(name, contextOf(traceparent), { kind: SpanKind.SERVER, attributes }),

    follow(traceparent) {
      const context = contextOf(traceparent);
      if (trace.getSpanContext(context) === undefined) return { child: () => NO_SPAN };
      return { child: (name, more = {}) => begin(name, context, more) };
    },

    async close() {
      await Promise.race([
        provider.shutdown().catch((err: unknown) => log.warn({ err }, "the last traces cannot be sent")),
        delay(LAST_SENDING_MS, undefined, { ref: false }),
      ]);
    },
  };
}
