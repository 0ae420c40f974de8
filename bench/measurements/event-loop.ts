import { setTimeout as sleep } from "node:timers/promises";
import { type LargeRequest, largeRequests } from "../large-requests.ts";
import type { Server } from "../server.ts";
import type { LoopReport } from "../server-probe.ts";
import type { Setup } from "../setup.ts";
import { fact, judged, type Row } from "../table.ts";
import { requireGood } from "./batches.ts";

const IDLE_MS = 1_000;
const WARM_UP_MS = 500;
const LOAD_MS = 2_000;

const MOST_BUSY_MS = 5;

/** How long the event loop is kept busy by requests and answers below 64 KiB. */
export async function measureEventLoop(setup: Setup): Promise<Row[]> {
  const server = await setup.server();
  const idle = await watch(server, () => sleep(IDLE_MS));
  const rows = [fact("event loop, idle: longest turn", `${idle.cpuMs.max.toFixed(2)} ms`, describeReport(idle))];
  for (const request of largeRequests()) rows.push(await measureLoad(setup, server, request));
  return rows;
}

async function measureLoad(setup: Setup, server: Server, request: LargeRequest): Promise<Row> {
  const { name, clients } = request;
  const load = await setup.startLoad(request);
  try {
    requireGood(await load.time(clients, WARM_UP_MS));
    const report = await watch(server, async () => requireGood(await load.time(clients, LOAD_MS)));
    return judged({
      what: `event loop, ${name}: longest turn`,
      measured: `${report.cpuMs.max.toFixed(2)} ms`,
      target: `<= ${MOST_BUSY_MS} ms`,
      isMet: report.cpuMs.max <= MOST_BUSY_MS,
      detail: describeReport(report),
    });
  } finally {
    await load.close();
  }
}

async function watch(server: Server, work: () => Promise<unknown>): Promise<LoopReport> {
  await server.watchLoop();
  await work();
  return server.reportLoop();
}

function describeReport({ cpuMs, delayMs }: LoopReport): string {
  return (
    `p50 ${cpuMs.p50.toFixed(2)}, p99 ${cpuMs.p99.toFixed(2)} ms of processor time; by the clock ` +
    `${delayMs.p50.toFixed(2)}, ${delayMs.p99.toFixed(2)}, at most ${delayMs.max.toFixed(2)} ms`
  );
}
