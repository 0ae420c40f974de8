import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runPython } from "../../support/client.ts";
import { createKeysFile, type KeysFile } from "../../support/keys.ts";
import { type RunningServer, startServer } from "../../support/server.ts";
import { until } from "../../support/until.ts";

const ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((found) => found?.family === "IPv4" && !found.internal)?.address;

const CONNECTIONS = 20;
const MIB = 1024 * 1024;

let server: RunningServer;
let keys: KeysFile;
let sockets: Socket[] = [];

beforeAll(async () => {
  keys = createKeysFile();
  const flags = ["--host", "0.0.0.0", "--public", "--connections-per-address", String(CONNECTIONS)];
  const unlimited = ["--public-rate", "100000", "--public-concurrency", "1000"];
  server = await startServer({ slots: 2, env: keys.env, flags: [...flags, ...unlimited] });
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server?.stop();
  keys.close();
});

function open(count: number, bytes: string, host = "127.0.0.1"): Socket[] {
  const opened = Array.from({ length: count }, () => {
    const socket = connect(server.port, host);
    socket.on("error", () => socket.destroy());
    socket.write(bytes);
    return socket;
  });
  sockets = [...sockets, ...opened];
  return opened;
}

const countOpen = (list: readonly Socket[]) => list.filter(({ closed }) => !closed).length;

/** How many of these the server has not closed, as the kernel tells: one that does not read does not notice. */
function countHeld(clients: readonly Socket[]): number {
  const ports = new Set(clients.map(({ localPort }) => localPort));
  const ESTABLISHED = "01";
  return readFileSync("/proc/net/tcp", "latin1")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, remote, state]) => {
      const [ours, theirs] = [local, remote].map((end) => Number.parseInt(end?.split(":")[1] ?? "", 16));
      return ours === server.port && ports.has(theirs) && state === ESTABLISHED;
    }).length;
}

test.concurrent("clients that connect and say nothing are let go", async () => {
  const silent = open(50, "");
  for (const socket of silent) socket.resume();
  expect(await until(() => (countOpen(silent) === 0 ? [] : [`${countOpen(silent)} are open`]), 25_000)).toEqual([]);
});

test.concurrent("clients that do not read their answers are let go, and what they did not read with them", async () => {
  const code = "import sys; sys.stdout.write('x' * 16_000_000)";
  const body = JSON.stringify({ language: "python", code, limits: { outputBytes: 16 * MIB } });
  const head = `POST /v1/executions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const deaf = open(8, head + body);
  for (const socket of deaf) socket.pause();
  await Promise.all(deaf.map((socket) => once(socket, "readable")));
  expect(await runPython(server, "print(1)")).toMatchObject({ stdout: "1\n" });
  expect(countHeld(deaf)).toBe(deaf.length);
  expect(await until(() => (countHeld(deaf) === 0 ? [] : [`${countHeld(deaf)} are open`]), 40_000)).toEqual([]);
});

test.skipIf(ADDRESS === undefined)(
  "one address has no more than its share of connections; others are served",
  async () => {
    const request = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    const many = open(3 * CONNECTIONS, request, ADDRESS);
    const served = await Promise.all(many.map(isServed));
    expect(served.filter((one) => one)).toHaveLength(CONNECTIONS);
    expect(await runPython(server, "print(1)")).toMatchObject({ stdout: "1\n" });
    expect(server.output()).toContain("too many connections: some were refused");
  },
);

/** Whether anything comes before the connection ends, or is reset. */
function isServed(socket: Socket): Promise<boolean> {
  return Promise.race([
    once(socket, "data").then(
      () => true,
      () => false,
    ),
    once(socket, "close").then(() => false),
  ]);
}
