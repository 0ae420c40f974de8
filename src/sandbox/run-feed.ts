import { createByteQueue } from "./byte-queue.ts";
import { runRlimits } from "./rlimits.ts";
import type { RunSpec } from "./sandbox.ts";
import { encodeScript } from "./script-records.ts";
import { filesFor, type WarmStart } from "./warm-start.ts";
import {
  CHANNEL_CREDIT_BYTES,
  encodeBare,
  encodeHeader,
  encodeStart,
  ProtocolError,
  REQUEST,
  type StartLimits,
} from "./wire.ts";

/** Sends the parts of one or more frames, in order. */
export type Send = (...parts: readonly Uint8Array[]) => void;

/** What a run is given: its files, its start and its standard input, each within the credit of its channel. */
export interface RunFeed {
  /** The launcher has passed on `bytes` of what it was sent. */
  returnCredit(channel: "load" | "stdin", bytes: number): void;
}

function startLimits(spec: RunSpec): StartLimits {
  const { memoryBytes, cpuMs, wallMs, outputBytes, processes } = spec.limits;
  const isKept = spec.collect !== null;
  return { memoryBytes, cpuUs: cpuMs * 1_000, wallUs: wallMs * 1_000, outputBytes, processes, isKept };
}

/**
 * Starts a run in a prepared box. What fits into the credit goes with the start, so that the usual run is one message.
 * More than that is loaded first, and the start waits until all of it was taken: the run's clocks do not count it.
 * @param warm what stands ready in the box, and needs nothing but its files; null for the parked process.
 */
export function startFeeding(box: number, spec: RunSpec, warm: WarmStart | null, send: Send): RunFeed {
  const { body, bodyBytes, end } = encodeScript({
    files: warm === null ? spec.files : filesFor(warm, spec),
    rlimits: runRlimits(spec.limits),
    argv: spec.argv,
    env: spec.env,
    executable: spec.executable,
    end: warm === null ? "exec" : "go",
  });
  const credit = { load: CHANNEL_CREDIT_BYTES, stdin: CHANNEL_CREDIT_BYTES };
  const load = createByteQueue(bodyBytes + end.length > CHANNEL_CREDIT_BYTES ? body : []);
  const stdin = createByteQueue([spec.stdin]);
  let isStarted = false;
  let isStdinEnded = false;

  function start(lastParts: readonly Uint8Array[], bytes: number): void {
    isStarted = true;
    credit.load -= bytes;
    send(encodeStart(box, startLimits(spec), bytes), ...lastParts);
    feedStdin();
  }

  function feedLoad(): void {
    const bytes = Math.min(credit.load, load.size());
    if (bytes > 0) {
      credit.load -= bytes;
      send(encodeHeader(REQUEST.load, box, bytes), ...load.take(bytes));
    } else if (load.size() === 0 && credit.load === CHANNEL_CREDIT_BYTES) {
      start([end], end.length);
    }
  }

  function feedStdin(): void {
    const bytes = Math.min(credit.stdin, stdin.size());
    if (bytes > 0) {
      credit.stdin -= bytes;
      send(encodeHeader(REQUEST.stdin, box, bytes), ...stdin.take(bytes));
    }
    if (stdin.size() > 0 || isStdinEnded) return;
    isStdinEnded = true;
    send(encodeBare("stdinEnd", box));
  }

  if (load.size() > 0) feedLoad();
  else start([...body, end], bodyBytes + end.length);

  return {
    returnCredit(channel, bytes) {
      credit[channel] += bytes;
      if (credit[channel] > CHANNEL_CREDIT_BYTES)
        throw new ProtocolError(`CREDIT returns more than ${channel} was given`);
      if (!isStarted) feedLoad();
      else if (channel === "stdin") feedStdin();
    },
  };
}
