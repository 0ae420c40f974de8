import { setTimeout as sleep } from "node:timers/promises";
import { countVoluntarySwitches, findProcesses } from "../processes.ts";
import type { Setup } from "../setup.ts";
import { sum } from "../statistics.ts";
import { judged, type Row } from "../table.ts";
import { requireGood } from "./batches.ts";

const SETTLE_MS = 1_500;
const WATCH_MS = 3_000;

/** Node has a few slow timers of its own, and a server looks for dead connections every few seconds. */
const MOST_WAKE_UPS_PER_S = { server: 4, supervisor: 0, launcher: 0, boxes: 0 };

/** Wake-ups while there is nothing to do: whoever polls is seen. */
export async function measureIdle(setup: Setup): Promise<Row[]> {
  const { pid } = await setup.server();
  const load = await setup.startLoad(setup.pythonHello);
  requireGood(await load.runs(1, 20));
  await load.close();
  await sleep(SETTLE_MS);
  const processes = findProcesses(pid);
  const parts = {
    server: [processes.server],
    supervisor: [processes.supervisor],
    launcher: [processes.launcher],
    boxes: processes.boxes,
  };
  const count = () => Object.values(parts).map((pids) => sum(pids.map(countVoluntarySwitches)));
  const before = count();
  await sleep(WATCH_MS);
  const after = count();
  return Object.entries(MOST_WAKE_UPS_PER_S).map(([part, most], index) => {
    const perSecond = ((after[index] ?? 0) - (before[index] ?? 0)) / (WATCH_MS / 1000);
    return judged({
      what: `idle, ${part}: wake-ups`,
      measured: `${perSecond.toFixed(1)} /s`,
      target: `<= ${most} /s`,
      isMet: perSecond <= most,
      detail: part === "boxes" ? `${processes.boxes.length} processes in boxes that stand ready` : "",
    });
  });
}
