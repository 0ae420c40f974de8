import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequestReader, type SentRequest } from "./fake-client.test-support.ts";
import { PROTOCOL_VERSION } from "./wire.ts";

export const EVENT = {
  welcome: 129,
  prepared: 130,
  failed: 131,
  credit: 132,
  stdout: 133,
  stderr: 134,
  exited: 135,
  destroyed: 140,
  fatal: 141,
} as const;

export type Emit = (event: keyof typeof EVENT, box: number, payload?: Uint8Array) => void;

export interface FakeLauncherOptions {
  readonly lanes?: number;
  /** Takes every request, after the usual answers to `DEFINE`, `PREPARE` and `KILL`. */
  readonly onRequest?: (request: SentRequest, emit: Emit) => void;
  /** Replaces `PREPARED`. */
  readonly onPrepare?: (box: number, emit: Emit) => void;
  /** Replaces `WELCOME`. */
  readonly onDefine?: (emit: Emit) => void;
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => void bytes.writeUInt32LE(value, 4 * index));
  return bytes;
}

/** `EXITED` of a program that ended by itself with this code. */
export function exitedWith(code: number): Buffer {
  const report = Buffer.alloc(40);
  report.writeInt32LE(code, 4);
  return report;
}

/** A server at a unix socket that speaks the launcher's protocol and makes no boxes. */
export async function startFakeLauncher(options: FakeLauncherOptions = {}) {
  const { lanes = 8, onRequest, onPrepare, onDefine } = options;
  const directory = await mkdtemp(join(tmpdir(), "millrace-"));
  const socketPath = join(directory, "launcher.sock");
  const requests: SentRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  function serve(socket: Socket): void {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const emit: Emit = (event, box, payload = Buffer.alloc(0)) => {
      socket.write(Buffer.concat([words(payload.length, EVENT[event], box), payload]));
    };
    const read = createRequestReader((request) => {
      requests.push(request);
      if (request.name === "define" && onDefine !== undefined) onDefine(emit);
      else if (request.name === "define") emit("welcome", 0, words(PROTOCOL_VERSION, lanes));
      else if (request.name === "prepare" && onPrepare !== undefined) onPrepare(request.box, emit);
      else if (request.name === "prepare") emit("prepared", request.box);
      else if (request.name === "kill") emit("destroyed", request.box);
      onRequest?.(request, emit);
    });
    socket.on("data", read);
  }

  const server = createServer(serve);
  server.listen(socketPath);
  await once(server, "listening");

  return {
    socketPath,
    requests,
    connections: () => connections,
    open: () => sockets.size,
    /** Sends bytes to whoever is connected. */
    write(bytes: Uint8Array): void {
      for (const socket of sockets) socket.write(bytes);
    },
    /** Dies, as far as a worker can see, and is there again at once. */
    drop(): void {
      for (const socket of sockets) socket.destroy();
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
      await rm(directory, { recursive: true });
    },
  };
}
