import { connect, type Socket } from "node:net";

/** Clients that send a request one byte at a time. */
export interface SlowClients {
  /** Clients whose connection the server has not closed. */
  countOpen(): number;
  close(): void;
}

const BYTE_MS = 1_000;

/** Opens connections that send `beginning`, and from then on one more byte each second. */
export function openSlowClients(options: {
  readonly port: number;
  readonly clients: number;
  readonly beginning: string;
}): SlowClients {
  const open = new Set<Socket>();
  for (let client = 0; client < options.clients; client++) {
    const socket = connect(options.port, "127.0.0.1");
    open.add(socket);
    socket.on("error", () => open.delete(socket));
    socket.on("close", () => open.delete(socket));
    socket.resume();
    socket.write(options.beginning);
  }
  const timer = setInterval(() => {
    for (const socket of open) socket.write("x");
  }, BYTE_MS);
  return {
    countOpen: () => open.size,
    close() {
      clearInterval(timer);
      for (const socket of open) socket.destroy();
    },
  };
}
