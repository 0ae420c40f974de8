import { encodeHello } from "../../src/sandbox/wire.ts";
import type { Random } from "../support/random.ts";
import type { RawLauncher } from "../support/raw-launcher.ts";
import { randomFrame } from "./random-frame.ts";
import { define } from "./raw-frames.ts";

const MOST_FRAMES = 30;
/** How much longer it goes on, on a busy machine, until there were refusals enough, milliseconds. */
const EXTRA_MS = 45_000;

/**
 * Sends frames of any kind, one connection after another, each of which begins as a worker's does.
 * @returns how many connections there were, and how many were ended with a reason.
 * @throws {Error} when a connection is not welcomed: the launcher is gone, or does not answer.
 */
export async function sendGarbage(options: {
  readonly launcher: RawLauncher;
  readonly random: Random;
  readonly ms: number;
  readonly leastRefusals?: number;
}): Promise<{ readonly connections: number; readonly refusals: number }> {
  const { launcher, random, ms, leastRefusals = 0 } = options;
  const deadline = performance.now() + ms;
  let connections = 0;
  let refusals = 0;
  while (performance.now() < deadline + (refusals < leastRefusals ? EXTRA_MS : 0)) {
    const connection = launcher.open();
    connection.send(encodeHello(), define(launcher.plan));
    await connection.receives("welcome");
    let isOpen = true;
    void connection.refused.then(() => (isOpen = false));
    for (let sent = 0; isOpen && sent < MOST_FRAMES; sent++) {
      connection.send(randomFrame(random));
      await new Promise(setImmediate);
    }
    if (isOpen) connection.close();
    connections += 1;
    if ((await connection.refused) !== null) refusals += 1;
  }
  return { connections, refusals };
}
