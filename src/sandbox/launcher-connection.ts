import { connect } from "node:net";
import { createFrameDecoder } from "./frame-decoder.ts";
import {
  type BoxEvent,
  encodeHeader,
  encodeHello,
  PROTOCOL_VERSION,
  ProtocolError,
  parseEvent,
  REQUEST,
} from "./wire.ts";

/** One connection to the launcher, from its opening to its end. */
export interface LauncherConnection {
  /** Sends the parts of one or more frames. What is sent in one turn of the event loop goes out as one write. */
  readonly send: (...parts: readonly Uint8Array[]) => void;
  /** Ends it at once, for a reason that is this side's; `closed` is told. */
  readonly abandon: (reason: Error) => void;
  /** Says goodbye: the launcher then destroys every box of the connection. Resolves when the connection is closed. */
  close(): Promise<void>;
}

export interface ConnectionHandlers {
  /** Called whenever anything arrives. */
  heard(): void;
  /** The launcher has accepted the plan; it can hold `lanes` boxes at once. */
  welcome(lanes: number): void;
  /** @throws {ProtocolError} when the event makes no sense: the connection ends. */
  box(number: number, event: BoxEvent): void;
  /** Called once, whatever ended it. A {@link ProtocolError} when one side did not understand the other. */
  closed(reason: Error): void;
}

/** Room for what is read at once, the largest frame of output included. It is the same each time: most frames are small. */
const READ_BYTES = 128 * 1024;

/** How long the launcher may take to close its side, milliseconds. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Connects, says `HELLO` and defines the plan of every box. */
export function openConnection(socketPath: string, plan: Uint8Array, handlers: ConnectionHandlers): LauncherConnection {
  const socket = connect({ path: socketPath, onread: { buffer: Buffer.allocUnsafe(READ_BYTES), callback: receive } });
  const closed = Promise.withResolvers<void>();
  let isOver = false;
  let isCorked = false;

  function end(reason: Error): void {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    handlers.closed(reason);
  }

  function send(...parts: readonly Uint8Array[]): void {
    if (isOver) return;
    if (!isCorked) {
      isCorked = true;
      socket.cork();
      process.nextTick(flush);
    }
    for (const part of parts) socket.write(part);
  }

  function flush(): void {
    isCorked = false;
    socket.uncork();
  }

  function handle(type: number, box: number, payload: Buffer): void {
    const event = parseEvent(type, box, payload);
    if (event.kind === "fatal") throw new ProtocolError(`The launcher refused a request: ${event.reason}`);
    if (event.kind !== "welcome") handlers.box(box, event);
    else if (event.version === PROTOCOL_VERSION && event.lanes > 0) handlers.welcome(event.lanes);
    else throw new ProtocolError(`The launcher speaks version ${event.version} and has ${event.lanes} lanes`);
  }

  const decode = createFrameDecoder(handle);

  /** @returns that there may be more. */
  function receive(bytes: number, buffer: Uint8Array): boolean {
    if (isOver) return true;
    handlers.heard();
    try {
      decode(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      end(error);
    }
    return true;
  }

  socket.on("error", end);
  socket.on("close", () => {
    end(new Error("The launcher closed the connection."));
    closed.resolve();
  });
  send(encodeHello(), encodeHeader(REQUEST.define, 0, plan.length), plan);

  return {
    send,
    abandon: end,
    async close() {
      if (!isOver) socket.end();
      const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS);
      await closed.promise;
      clearTimeout(timer);
    },
  };
}
