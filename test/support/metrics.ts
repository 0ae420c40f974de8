import type { RunningServer } from "./server.ts";
import { eventually } from "./until.ts";

/** @param series name and labels, as they stand in the text of `/metrics`. @returns 0 when it is not there. */
export async function readMetric({ url }: Pick<RunningServer, "url">, series: string): Promise<number> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split("\n");
  const line = lines.find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length + 1));
}

/** Waits for what a server tells a moment after it happened. */
export function becomesMetric(server: Pick<RunningServer, "url">, series: string, value: number): Promise<true> {
  return eventually(`${series} is ${value}`, async () => (await readMetric(server, series)) === value);
}
