import { once } from "node:events";
import { createServer } from "node:net";

/** Below those that Linux gives to clients, and to servers without a wish: `net.ipv4.ip_local_port_range` begins at 32,768. */
const FIRST = 20_000;
const LAST = 32_767;

/**
 * A port of 127.0.0.1 where nobody listens, for a server that has to be told one. Nobody gets it by chance before that server
 * listens, or while it is restarted.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const listener = createServer().listen(port, "127.0.0.1");
  try {
    await once(listener, "listening");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return false;
    throw error;
  }
  listener.close();
  await once(listener, "close");
  return true;
}
