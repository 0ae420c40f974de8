import type { Server } from "node:http";
import { BlockList, isIP, type Socket } from "node:net";
import type { Log } from "../../telemetry/log.ts";
import { networkOf } from "./client.ts";

/** Connections that are open at once, whoever has them: some tens of kilobytes each. */
const MOST_IN_ALL = 10_000;
/** At most one line in so long tells of connections that were refused, milliseconds. */
const TELL_EVERY_MS = 60_000;

/**
 * Bounds the connections that are open at once, so that a server is not full of clients that only hold on to it. One above
 * is closed before anything of it is read.
 * @param options.perNetwork how many one network may have. This machine and the proxies that are trusted may have any
 *   number: behind one of those are many clients.
 */
export function limitConnections(
  server: Server,
  options: { readonly perNetwork: number; readonly trustedProxies: readonly string[]; readonly log: Log },
): void {
  const { perNetwork, log } = options;
  const exempt = toBlockList(["127.0.0.0/8", "::1", ...options.trustedProxies]);
  const open = new Map<string, number>();
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let refused = 0;

  function tell(network: string): void {
    refused++;
    const nowMs = performance.now();
    if (nowMs - toldAtMs < TELL_EVERY_MS) return;
    log.warn({ network, refused }, "too many connections: some were refused");
    toldAtMs = nowMs;
    refused = 0;
  }

  server.maxConnections = MOST_IN_ALL;
  server.on("drop", (data) => tell(networkOf(data?.remoteAddress)));
  server.prependListener("connection", (socket: Socket) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || isListed(exempt, remoteAddress)) return;
    const network = networkOf(remoteAddress);
    const before = open.get(network) ?? 0;
    if (before >= perNetwork) {
      socket.destroy();
      tell(network);
      return;
    }
    open.set(network, before + 1);
    socket.once("close", () => {
      const left = (open.get(network) ?? 0) - 1;
      if (left > 0) open.set(network, left);
      else open.delete(network);
    });
  });
}

/** @param entries addresses and networks like `10.0.0.0/8`. */
function toBlockList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function isListed(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
