import fc from "fast-check";
import { garbled } from "./mutate.ts";

/** Requests that are right. */
function heads(key: string): string[] {
  const host = `Host: localhost\r\nAuthorization: Bearer ${key}\r\n`;
  return [
    `GET /healthz HTTP/1.1\r\n${host}\r\n`,
    `POST /lang/bash HTTP/1.1\r\n${host}Content-Length: 6\r\n\r\necho 1`,
    `POST /lang/bash?arg=1 HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n6\r\necho 1\r\n0\r\n\r\n`,
    `POST /v1/executions HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 35\r\n\r\n{"language":"bash","code":"echo 1"}`,
    `OPTIONS * HTTP/1.1\r\n${host}\r\n`,
    `GET /docs HTTP/1.1\r\n${host}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    `CONNECT localhost:80 HTTP/1.1\r\n${host}\r\n`,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  ];
}

/** Bytes for a connection: one or two requests with something wrong in them, or anything at all. */
export function rawRequests(key: string): fc.Arbitrary<Buffer> {
  const text = fc.constantFrom(...heads(key));
  const several = fc
    .array(fc.oneof(text, garbled(text)), { minLength: 1, maxLength: 2 })
    .map((parts) => parts.join(""));
  return fc.oneof(
    { weight: 4, arbitrary: several.map((bytes) => Buffer.from(bytes, "latin1")) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  );
}

/** Of what came back, the status of each answer. */
export function statusesIn(received: string): number[] {
  return [...received.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
}
