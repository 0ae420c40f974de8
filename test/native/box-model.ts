import { CHANNEL_CREDIT_BYTES, type LauncherEvent } from "../../src/sandbox/wire.ts";

/**
 * What native/PROTOCOL.md says of one box, from the worker's side: which requests are right at a moment, and which events may
 * come. It knows what was sent and what has arrived, and nothing else.
 */
export interface BoxModel {
  readonly phase: () => Phase;
  readonly isKept: () => boolean;
  readonly isListing: () => boolean;
  readonly isReading: () => boolean;
  readonly isInputEnded: () => boolean;
  /** Bytes that may be sent to a channel. */
  readonly credit: (channel: "load" | "stdin") => number;
  /** Notes a request that was sent. */
  sent(request: ModelRequest): void;
  /** @throws {Error} when the launcher should not have said that. */
  received(event: LauncherEvent): void;
}

/** `started` is what the worker has asked for; whether it came to that is told by `EXITED` or `FAILED`. */
export type Phase = "making" | "prepared" | "started" | "exited" | "failed" | "gone";

export type ModelRequest =
  | { readonly kind: "load" | "stdin"; readonly bytes: number }
  | { readonly kind: "start"; readonly bytes: number; readonly outputBytes: number; readonly isKept: boolean }
  | { readonly kind: "stdinEnd" | "kill" | "list" | "read" | "release" };

export function createBoxModel(): BoxModel {
  const credits = { load: CHANNEL_CREDIT_BYTES, stdin: CHANNEL_CREDIT_BYTES };
  let phase: Phase = "making";
  let outputLeft = 0;
  let isKept = false;
  let isLeft = false;
  let isKilled = false;
  let isInputEnded = false;
  let listings = 0;
  let readings = 0;

  function demand(isRight: boolean, event: LauncherEvent): void {
    if (isRight) return;
    const state = { phase, isKept, isLeft, isKilled, listings, readings, outputLeft, credits };
    throw new Error(`${JSON.stringify(event)} cannot be said of a box like ${JSON.stringify(state)}`);
  }

  return {
    phase: () => phase,
    isKept: () => phase === "exited" && isKept && !isLeft && !isKilled,
    isListing: () => listings > 0,
    isReading: () => readings > 0,
    isInputEnded: () => isInputEnded,
    credit: (channel) => credits[channel],
    sent(request) {
      if (request.kind === "load" || request.kind === "stdin") credits[request.kind] -= request.bytes;
      else if (request.kind === "start") {
        credits.load -= request.bytes;
        if (isKilled || phase !== "prepared") return; // it crosses the box's end
        phase = "started";
        outputLeft = request.outputBytes;
        isKept = request.isKept;
      } else if (request.kind === "kill") isKilled = true;
      else if (request.kind === "stdinEnd") isInputEnded = true;
      else if (request.kind === "list") listings += 1;
      else if (request.kind === "read") readings += 1;
      else isLeft = true;
    },
    received(event) {
      switch (event.kind) {
        case "prepared":
          demand(phase === "making", event);
          phase = "prepared";
          return;
        case "measured":
          // Nothing boots in these boxes: it is a zygote's first.
          demand(phase === "making" && event.ownBytes < 2 ** 40 && event.zygoteBytes < 2 ** 40, event);
          demand(event.zygotes > 0, event);
          return;
        case "failed":
          demand(phase === "making" || phase === "prepared" || phase === "started", event);
          phase = "failed";
          return;
        case "credit":
          demand(phase === "prepared" || phase === "started", event);
          credits[event.channel] += event.bytes;
          demand(event.bytes > 0 && credits[event.channel] <= CHANNEL_CREDIT_BYTES, event);
          return;
        case "stdout":
        case "stderr":
          outputLeft -= event.bytes.length;
          demand(phase === "started" && outputLeft >= 0 && event.bytes.length > 0, event);
          return;
        case "exited": {
          const { cause, exitKind, exitValue, wallUs, memoryBytes } = event.report;
          demand(phase === "started" && (cause !== 5 || isKilled), event);
          demand(exitKind === "code" ? exitValue >= 0 && exitValue < 256 : exitValue > 0 && exitValue < 65, event);
          demand(wallUs < 60e6 && memoryBytes < 2 ** 40, event);
          phase = "exited";
          return;
        }
        case "entry":
          demand(phase === "exited" && isKept && listings > 0 && !event.path.includes(0), event);
          return;
        case "listed":
          demand(phase === "exited" && isKept && listings > 0, event);
          listings -= 1;
          return;
        case "content":
        case "readEnd":
          demand(phase === "exited" && isKept && readings > 0, event);
          if (event.kind === "readEnd") readings -= 1;
          return;
        case "destroyed":
          // Killed before START it has neither EXITED nor FAILED; a kept one has to be let go.
          demand(
            phase === "failed" || (phase === "exited" && (!isKept || isLeft || isKilled)) || isBeforeStart(),
            event,
          );
          phase = "gone";
          return;
        default:
          demand(false, event);
      }
    },
  };

  function isBeforeStart(): boolean {
    return isKilled && (phase === "making" || phase === "prepared");
  }
}
