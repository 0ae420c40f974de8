import { type LauncherConnection, openConnection } from "./launcher-connection.ts";
import type { LaunchError, SandboxLog } from "./sandbox.ts";
import { workerError } from "./stages.ts";
import { createWatchdog } from "./watchdog.ts";
import { type BoxEvent, ProtocolError } from "./wire.ts";

/** Who speaks for one box. */
export interface BoxReceiver {
  /** @throws {ProtocolError} when the event makes no sense. */
  receive(event: BoxEvent): void;
  /** From when on the launcher owes this box an event, in milliseconds of `performance.now()`; infinity while it does not. */
  owedFromMs(): number;
  /** The launcher is gone, and the box with it. Nothing follows. */
  lose(error: LaunchError): void;
}

/** The launcher, across reconnections. Knows boxes by their numbers only. */
export interface LauncherClient {
  /** How many boxes may live at once; 0 while there is no launcher. */
  lanes(): number;
  /** Gives a new box its number. Its events go to `receiver` until `destroyed`. Call it only while there are lanes. */
  add(receiver: BoxReceiver): number;
  /** Sends the parts of one or more frames. */
  readonly send: (...parts: readonly Uint8Array[]) => void;
  /** Lets the launcher go; it destroys what is left. */
  close(): Promise<void>;
}

export interface LauncherClientOptions {
  readonly socketPath: string;
  /** The plan of every box, encoded. */
  readonly plan: Uint8Array;
  readonly log: SandboxLog;
  /** A launcher is there and takes boxes. */
  readonly connected: () => void;
  /** The launcher is gone; every box was told. Another one is being looked for. */
  readonly lost: () => void;
  /** The launcher lives but does not answer: it is no more spoken to. Who can should replace it. */
  readonly silent: () => void;
}

/** How long the first launcher may take to be there, milliseconds. */
const FIRST_CONNECT_TIMEOUT_MS = 10_000;
const RECONNECT_MIN_MS = 20;
const RECONNECT_MAX_MS = 1_000;
/** A connection that held this long was a good one: the next wait is short again. */
const STABLE_MS = 1_000;
const BOX_NUMBER_MAX = 0xffff_ffff;

/**
 * Connects and stays connected until it is closed.
 * @throws {LaunchError} with stage `connect` when no launcher came in time or it did not accept the plan.
 */
export async function connectLauncher(options: LauncherClientOptions): Promise<LauncherClient> {
  const receivers = new Map<number, BoxReceiver>();
  const first = Promise.withResolvers<void>();
  let connection: LauncherConnection | null = null;
  let lanes = 0;
  let lastNumber = 0;
  let reconnectMs = RECONNECT_MIN_MS;
  let welcomedAtMs = Number.POSITIVE_INFINITY;
  let reconnectTimer: NodeJS.Timeout | undefined;
  /** When the connection was begun that is open or being opened. */
  let openedAtMs = 0;
  let isClosed = false;
  let lastReason: Error | undefined;

  function open(): void {
    openedAtMs = performance.now();
    connection = openConnection(options.socketPath, options.plan, { heard: watchdog.heard, welcome, box, closed });
  }

  const watchdog = createWatchdog({
    owes(nowMs) {
      if (connection === null) return false;
      if (lanes === 0) return openedAtMs < nowMs;
      return [...receivers.values()].some((receiver) => receiver.owedFromMs() < nowMs);
    },
    silent() {
      connection?.abandon(new Error("The launcher does not answer."));
      options.silent();
    },
  });

  function welcome(count: number): void {
    if (lanes > 0) throw new ProtocolError("Unexpected WELCOME");
    lanes = count;
    welcomedAtMs = performance.now();
    first.resolve();
    options.log.info({ lanes }, "connected to the launcher");
    options.connected();
  }

  function box(number: number, event: BoxEvent): void {
    const receiver = receivers.get(number);
    if (receiver === undefined)
      throw new ProtocolError(`Unexpected ${event.kind} of box ${number}, which does not exist`);
    if (event.kind === "destroyed") receivers.delete(number);
    receiver.receive(event);
  }

  function closed(reason: Error): void {
    const wasConnected = lanes > 0;
    connection = null;
    lanes = 0;
    lastReason = reason;
    loseBoxes(reason);
    if (isClosed) return;
    if (reason instanceof ProtocolError) {
      options.log.error({ err: reason }, "the launcher and the worker do not understand each other");
      first.reject(workerError("connect", reason.message, reason));
    } else if (wasConnected) options.log.error({ err: reason }, "the launcher is gone");
    if (wasConnected) options.lost();
    if (performance.now() - welcomedAtMs > STABLE_MS) reconnectMs = RECONNECT_MIN_MS;
    welcomedAtMs = Number.POSITIVE_INFINITY;
    reconnectTimer = setTimeout(open, reconnectMs);
    reconnectMs = Math.min(reconnectMs * 2, RECONNECT_MAX_MS);
  }

  function loseBoxes(reason: Error): void {
    const lost = [...receivers.values()];
    receivers.clear();
    const error = workerError("launcher_lost", "The launcher was lost, and every box with it.", reason);
    for (const receiver of lost) receiver.lose(error);
  }

  async function close(): Promise<void> {
    isClosed = true;
    clearTimeout(reconnectTimer);
    watchdog.close();
    await connection?.close();
  }

  const timer = setTimeout(() => {
    const message = `No launcher answered at ${options.socketPath} within ${FIRST_CONNECT_TIMEOUT_MS} ms.`;
    first.reject(workerError("connect", message, lastReason));
  }, FIRST_CONNECT_TIMEOUT_MS);
  open();
  try {
    await first.promise;
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(timer);
  }

  return {
    lanes: () => lanes,
    add(receiver) {
      do lastNumber = (lastNumber % BOX_NUMBER_MAX) + 1;
      while (receivers.has(lastNumber));
      receivers.set(lastNumber, receiver);
      return lastNumber;
    },
    send: (...parts) => connection?.send(...parts),
    close,
  };
}
