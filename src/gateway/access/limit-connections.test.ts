import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { createLog } from "../../telemetry/log.ts";
import { limitConnections } from "./limit-connections.ts";

/** An address of this machine that is not loopback; connections to it come from it. */
const ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((found) => found?.family === "IPv4" && !found.internal)?.address;

let server: Server;
let sockets: Socket[];
let logged: Record<string, unknown>[];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, "close");
});

async function listen(host: string, trustedProxies: readonly string[] = []): Promise<void> {
  sockets = [];
  logged = [];
  const log = createLog({ level: "info", stream: { write: (line) => logged.push(JSON.parse(line)) } });
  server = createServer((_request, response) => response.end("served"));
  limitConnections(server, { perNetwork: 3, trustedProxies, log });
  server.listen(0, host);
  await once(server, "listening");
}

/** Opens a connection and sends a request on it. @returns whether it was served. */
async function isServed(): Promise<boolean> {
  const { port, address } = server.address() as AddressInfo;
  const socket = connect(port, address);
  sockets.push(socket);
  socket.on("error", () => {
    // A reset is how a connection may be refused.
  });
  socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
  return Promise.race([
    once(socket, "data").then(
      () => true,
      () => false,
    ),
    once(socket, "close").then(() => false),
  ]);
}

async function countServed(connections: number): Promise<number> {
  const served = await Promise.all(Array.from({ length: connections }, isServed));
  return served.filter((one) => one).length;
}

describe.skipIf(ADDRESS === undefined)("connections of another machine", () => {
  it("are refused above the limit, and told of once", async () => {
    await listen(ADDRESS ?? "");
    expect(await countServed(10)).toBe(3);
    expect(logged).toMatchObject([{ network: ADDRESS, msg: "too many connections: some were refused" }]);
  });

  it("may come again when others have gone", async () => {
    await listen(ADDRESS ?? "");
    expect(await countServed(3)).toBe(3);
    expect(await countServed(1)).toBe(0);
    sockets[0]?.destroy();
    await expect.poll(() => countServed(1)).toBe(1);
  });

  it("are not limited for a proxy that is trusted", async () => {
    await listen(ADDRESS ?? "", [`${ADDRESS}/32`]);
    expect(await countServed(10)).toBe(10);
  });
});

it("of this machine are not limited", async () => {
  await listen("127.0.0.1");
  expect(await countServed(10)).toBe(10);
  expect(logged).toEqual([]);
});
