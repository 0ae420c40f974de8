import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A message that a receiver has had. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of web hooks on this machine, which answers as a test says. */
export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** How many connections it has had. */
  connections(): number;
  answer: (response: ServerResponse, message: Received) => void;
  close(): Promise<void>;
}

/** @param port 0 takes a free one. */
export async function startReceiver(port = 0): Promise<Receiver> {
  let connections = 0;
  const server: Server = createServer(async (request, response) => {
    const message = { path: request.url ?? "", headers: request.headers, body: await text(request) };
    receiver.received.push(message);
    receiver.answer(response, message);
  });
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: taken } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${taken}/hook`,
    port: taken,
    received: [],
    connections: () => connections,
    answer: (response) => response.end(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return receiver;
}
