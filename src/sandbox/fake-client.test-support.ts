import { createFrameDecoder } from "./frame-decoder.ts";
import type { BoxReceiver, LauncherClient } from "./launcher-client.ts";
import { workerError } from "./stages.ts";
import { type BoxEvent, type ExitReport, REQUEST } from "./wire.ts";

const NAMES = new Map<number, keyof typeof REQUEST>(
  Object.entries(REQUEST).map(([name, type]) => [type, name as keyof typeof REQUEST]),
);

export interface SentRequest {
  readonly name: keyof typeof REQUEST;
  readonly box: number;
  readonly payload: Buffer;
}

/** Reads frames that a worker sent. */
export function createRequestReader(onRequest: (request: SentRequest) => void): (chunk: Buffer) => void {
  return createFrameDecoder((type, box, payload) => {
    const name = NAMES.get(type);
    if (name === undefined) throw new Error(`There is no request ${type}`);
    onRequest({ name, box, payload: Buffer.from(payload) });
  });
}

export const CLEAN_EXIT: ExitReport = {
  cause: 0,
  exitKind: "code",
  exitValue: 0,
  stdoutTruncated: false,
  stderrTruncated: false,
  cpuUs: 1_500,
  wallUs: 2_000,
  memoryBytes: 4_096,
  oomKills: 0,
};

/** A launcher client without a launcher: notes what it is told to send, and is told what to hear. */
export function createFakeClient(lanes: number) {
  const receivers = new Map<number, BoxReceiver>();
  const requests: SentRequest[] = [];
  const read = createRequestReader((request) => void requests.push(request));
  let lastNumber = 0;
  let lanesNow = lanes;

  function emit(box: number, event: BoxEvent): void {
    const receiver = receivers.get(box);
    if (receiver === undefined) throw new Error(`There is no box ${box}`);
    if (event.kind === "destroyed") receivers.delete(box);
    receiver.receive(event);
  }

  function sent(name: SentRequest["name"]): SentRequest[] {
    return requests.filter((request) => request.name === name);
  }

  const client: LauncherClient = {
    lanes: () => lanesNow,
    add(receiver) {
      receivers.set(++lastNumber, receiver);
      return lastNumber;
    },
    send: (...parts) => read(Buffer.concat(parts)),
    close: async () => undefined,
  };

  return {
    client,
    requests,
    sent,
    emit,
    /** Since when something of the box is due, milliseconds; Infinity when nothing is. */
    owedFromMs: (box: number) => receivers.get(box)?.owedFromMs(),
    /** Numbers of the boxes that were asked for and are not destroyed. */
    living: () => [...receivers.keys()],
    /** The launcher dies, or `count` lanes come back. */
    setLanes(count: number): void {
      lanesNow = count;
      if (count > 0) return;
      const lost = [...receivers.values()];
      receivers.clear();
      for (const receiver of lost) receiver.lose(workerError("launcher_lost", "gone"));
    },
  };
}
