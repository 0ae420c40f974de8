import { type Agent, request as openRequest } from "node:http";
import { connect } from "node:net";
import { buffer, text } from "node:stream/consumers";
import type { Answer } from "../support/api-document.ts";
import type { FuzzRequest } from "./requests.ts";

export interface TimedAnswer extends Answer {
  readonly ms: number;
}

/** Sends a request, with the key unless it has another one; addresses and headers that `node:http` would not send are for {@link sendBytes}. */
export function send(
  { port, key, agent }: { readonly port: number; readonly key: string; readonly agent: Agent },
  { method, target, headers, body }: FuzzRequest,
): Promise<TimedAnswer> {
  const startedAtMs = performance.now();
  return new Promise((resolve, reject) => {
    const sent = openRequest({
      port,
      host: "127.0.0.1",
      agent,
      method,
      path: target,
      headers: { host: "localhost", authorization: `Bearer ${key}`, "content-length": body.length, ...headers },
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      const { statusCode: status = 0 } = response;
      const given = Object.entries(response.headers).map(([name, value]) => [name, value?.toString()] as const);
      buffer(response).then(
        (received) =>
          resolve({
            status,
            headers: Object.fromEntries(given),
            body: received,
            ms: performance.now() - startedAtMs,
          }),
        reject,
      );
    });
    sent.end(body);
  });
}

/** Sends bytes that need not be HTTP, and returns all that comes back until the connection ends. */
export async function sendBytes(port: number, bytes: Buffer): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => undefined); // a reset is an answer too
  socket.end(bytes);
  return text(socket).catch(() => "");
}
