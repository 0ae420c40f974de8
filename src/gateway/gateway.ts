import { METHODS } from "node:http";
import type { Socket } from "node:net";
import { type FastifyInstance, fastify } from "fastify";
import type { Clock } from "../domain/clock.ts";
import { EngineError } from "../domain/errors.ts";
import type { Cluster } from "../domain/node.ts";
import type { Events } from "../events/events.ts";
import type { LanguageCatalogue } from "../languages/registry.ts";
import { REQUEST_LIMITS } from "../protocol/request-limits.ts";
import type { Queue } from "../queue/queue.ts";
import type { Store } from "../store/store.ts";
import type { TelemetryHub } from "../telemetry/create-telemetry.ts";
import type { Log } from "../telemetry/log.ts";
import type { Tracing } from "../telemetry/tracing.ts";
import { type AccessOptions, createAccess } from "./access/access.ts";
import { limitConnections } from "./access/limit-connections.ts";
import { limitReading, type ReadingTimes } from "./access/limit-reading.ts";
import { answerClientError } from "./client-error.ts";
import { registerClusterRoute } from "./cluster-route.ts";
import { registerDeadJobsRoutes } from "./dead-jobs-route.ts";
import type { DocsPage } from "./docs-page.ts";
import { registerDocsRoutes } from "./docs-routes.ts";
import { createErrorAnswers } from "./error-answers.ts";
import { registerEventsRoute } from "./events-route.ts";
import { registerExecutionRoute } from "./execution-route.ts";
import { registerExecutionsRoute } from "./executions-route.ts";
import { refuseCodings, refuseUnclear, setSecurityHeaders } from "./guard.ts";
import { registerHealthRoutes } from "./health-routes.ts";
import { registerLangRoute } from "./lang-route.ts";
import { registerLanguagesRoute } from "./languages-route.ts";
import { registerMetricsRoute } from "./metrics-route.ts";
import { toPath } from "./request-target.ts";
import { watchRequest, watchRequests } from "./watch-requests.ts";

/** What every route may use. */
export interface GatewayDeps {
  readonly queue: Pick<Queue, "put" | "cancel">;
  readonly store: Store;
  readonly events: Pick<Events, "open" | "follow">;
  readonly languages: LanguageCatalogue;
  readonly cluster: Cluster;
  /** By the ids of the languages whose interpreters are booted ahead: how many of them stand ready. */
  readonly warmProcesses: () => Readonly<Record<string, number>>;
  /** What those hold, bytes. */
  readonly warmMemoryBytes: () => Readonly<Record<string, number>>;
  /** Whether a worker can take jobs now. */
  readonly isReady: () => boolean;
  /** Of Millrace. */
  readonly version: string;
  readonly docsPage: DocsPage;
  /** What the address of a web hook has to be, where it is not; null when nothing is wrong with it. */
  readonly findWebhookFault: (url: string) => string | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Omit<TelemetryHub, "executionEnded" | "runRetried" | "watch" | "close">;
  readonly tracing: Tracing;
}

export interface GatewayOptions extends GatewayDeps {
  /** Everything; or, where no clients are served, only what whoever runs the process watches it by. Everything when absent. */
  readonly serves?: "clients" | "operators";
  readonly access: Omit<AccessOptions, "log">;
  readonly network: NetworkOptions;
}

/** How clients are connected. */
export interface NetworkOptions {
  /** Addresses and networks of proxies, like `10.0.0.0/8`: what they say in `X-Forwarded-For` is believed, and nobody else. */
  readonly trustedProxies: readonly string[];
  /** How many connections one network may have open. */
  readonly connectionsPerNetwork: number;
  readonly readingTimes?: ReadingTimes;
}

const READING_TIMES: ReadingTimes = { lookEveryMs: 15_000, totalMs: 300_000 };

/**
 * The HTTP side of Millrace. It does not listen; whoever makes it does, and closes it. Closing refuses new connections
 * and resolves when the requests under way have been answered.
 */
export function createGateway(options: GatewayOptions): FastifyInstance {
  const { log, telemetry, tracing } = options;
  const { trustedProxies, connectionsPerNetwork, readingTimes = READING_TIMES } = options.network;
  const access = createAccess({ ...options.access, log });
  const errors = createErrorAnswers(options);
  const app = fastify({
    // The log has one line for what went wrong, and none for a request that went well.
    logger: false,
    bodyLimit: REQUEST_LIMITS.bodyBytes,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    return503OnClosing: false,
    rewriteUrl: ({ url }) => toPath(url ?? ""),
    // What Node would refuse by itself, without a word, is refused by refuseUnclear.
    http: {
      maxHeaderSize: 16_384,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
      requireHostHeader: false,
    },
    clientErrorHandler: (error, socket) => {
      const status = answerClientError(error, socket as Socket);
      if (status !== null) telemetry.requestEnded({ method: "other", route: null, status, ms: 0 });
    },
    frameworkErrors: (error, request, reply) => {
      setSecurityHeaders(reply);
      watchRequest(request, reply, telemetry);
      errors.answerProblem(error, request, reply);
    },
  });
  for (const method of METHODS)
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true });
  app.server.on("checkExpectation", (request, response) => app.server.emit("request", request, response));
  limitConnections(app.server, { perNetwork: connectionsPerNetwork, trustedProxies, log });

  // Bodies are read as bytes, whatever they are called; each route decides what they mean.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  app.decorateRequest("client", null);
  app.decorateRequest("heldUntil", null);
  watchRequests(app, telemetry, tracing);
  app.addHook("onRequest", async (request, reply) => {
    setSecurityHeaders(reply);
    refuseUnclear(request);
    if (access.admit(request, reply)) return reply;
    refuseCodings(request);
    // The router takes `/v1/executions/` for one of `/v1/executions/:id`, without a name.
    if (request.is404 || (request.params as { id?: string }).id === "")
      throw new EngineError("not_found", "There is nothing at this address; docs/api.md lists all of them");
  });
  app.setErrorHandler(errors.answerProblem);
  closeAnsweredConnections(app);
  limitReading(app, readingTimes);

  registerHealthRoutes(app, options);
  registerMetricsRoute(app, options);
  if (options.serves === "operators") return app;
  app.register(async (text) => {
    text.setErrorHandler(errors.answerLine);
    registerLangRoute(text, options);
  });
  registerExecutionsRoute(app, options);
  registerExecutionRoute(app, options);
  registerEventsRoute(app, options);
  registerDeadJobsRoutes(app, options);
  registerLanguagesRoute(app, options);
  registerClusterRoute(app, options);
  registerDocsRoutes(app, options);
  return app;
}

/**
 * While the gateway closes, a connection ends with its answer, and one without a request at once: kept alive, or silent
 * since it was opened, it would hold up the end.
 */
function closeAnsweredConnections(app: FastifyInstance): void {
  /** How many requests of each open connection are not answered yet; more than one when they are pipelined. */
  const open = new Map<Socket, number>();
  let isClosing = false;

  function count(socket: Socket, change: number): void {
    const requests = (open.get(socket) ?? 0) + change;
    if (socket.destroyed) open.delete(socket);
    else if (isClosing && requests === 0) socket.destroy();
    else open.set(socket, requests);
  }

  app.server.on("connection", (socket: Socket) => {
    count(socket, 0);
    socket.once("close", () => open.delete(socket));
  });
  app.server.on("request", ({ socket }, response) => {
    count(socket, 1);
    response.once("close", () => count(socket, -1));
  });
  app.addHook("preClose", async () => {
    isClosing = true;
    for (const [socket] of open) count(socket, 0);
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (isClosing) reply.header("connection", "close");
    done(null, payload);
  });
}
