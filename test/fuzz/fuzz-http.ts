import { Agent } from "node:http";
import fc from "fast-check";
import type { OpenApiDocument } from "../../src/gateway/openapi/openapi.ts";
import { createApiDocument } from "../support/api-document.ts";
import type { RunningServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { judge } from "./judge.ts";
import { rawRequests, statusesIn } from "./raw-requests.ts";
import { requestsFor } from "./requests.ts";
import { send, sendBytes } from "./send.ts";

export interface FuzzReport {
  /** How often requests of a kind had an answer of a status, by `kind status`. */
  readonly counts: ReadonlyMap<string, number>;
  /** What went wrong, with the request, as small as it could be made; empty when nothing did. */
  readonly findings: readonly string[];
}

/** How many clients send at once, beside the one that sends bytes that need not be HTTP. */
const CLIENTS = 3;
/** After so many requests a client looks whether the server is well. */
const CHECK_EVERY = 200;
const CALM_MS = 10_000;

/**
 * Sends requests until the time is over or something is wrong.
 * @param options.key a valid API key: most requests have it.
 * @param options.seed the same requests follow from it; what the server makes of them also depends on when they arrive.
 */
export async function fuzzHttp(
  server: RunningServer,
  options: { readonly key: string; readonly ms: number; readonly seed: number },
): Promise<FuzzReport> {
  const { key } = options;
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApiDocument;
  const api = createApiDocument(document);
  const agent = new Agent({ keepAlive: true });
  const counts = new Map<string, number>();
  let sent = 0;

  async function note(kind: string, statuses: readonly number[]): Promise<void> {
    for (const status of statuses) counts.set(`${kind} ${status}`, (counts.get(`${kind} ${status}`) ?? 0) + 1);
    sent += 1;
    if (sent % CHECK_EVERY === 0) await requireHealth(server, key);
  }

  const client = fc.asyncProperty(requestsFor(document), async (request) => {
    const answer = await send({ port: server.port, key, agent }, request);
    await note(request.kind, [answer.status]);
    const complaints = judge(api, request, answer);
    if (complaints.length > 0) throw new Error(`${complaints.join("; ")}: ${answer.body.toString().slice(0, 500)}`);
  });

  const rawClient = fc.asyncProperty(rawRequests(key), async (bytes) => {
    const statuses = statusesIn(await sendBytes(server.port, bytes));
    await note("raw", statuses);
    const failed = statuses.find((status) => status >= 500);
    if (failed !== undefined) throw new Error(`the status is ${failed}`);
  });

  const timing = {
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: options.ms,
    markInterruptAsFailure: false,
  };
  const results = await Promise.all([
    ...Array.from({ length: CLIENTS }, (_, index) => fc.check(client, { ...timing, seed: options.seed + index })),
    fc.check(rawClient, { ...timing, seed: options.seed }),
  ]);
  agent.destroy();
  const findings = results.flatMap(({ failed, counterexample, errorInstance, seed, counterexamplePath }) => {
    return failed
      ? [`seed ${seed}, path ${counterexamplePath}: ${describe(counterexample)}: ${String(errorInstance)}`]
      : [];
  });
  const health = await requireHealth(server, key).catch((error: unknown) => error);
  if (findings.length === 0 && health instanceof Error) findings.push(health.message);
  findings.push(...(await until(server.instance.unrest, CALM_MS)));
  return { counts, findings };
}

/** @throws {Error} when the server lives no more, does not run programs, or had a bug. */
async function requireHealth({ url, output }: RunningServer, key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await (await fetch(`${url}/lang/python`, { method: "POST", body: "print(6*7)", headers })).text();
  if (answer !== "42\n") throw new Error(`Hello is answered with ${JSON.stringify(answer)}`);
  const bug = /^.*"level":[56]0.*$/m.exec(output())?.[0];
  if (bug !== undefined) throw new Error(`The log has a bug: ${bug}`);
}

function describe(counterexample: readonly unknown[] | null): string {
  const [found] = counterexample ?? [];
  if (Buffer.isBuffer(found)) return JSON.stringify(found.toString("latin1"));
  return JSON.stringify(found, (_key, value: unknown) => {
    const isBytes = typeof value === "object" && value !== null && "type" in value && value.type === "Buffer";
    return isBytes ? Buffer.from((value as unknown as { data: number[] }).data).toString("latin1") : value;
  });
}
