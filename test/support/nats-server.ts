import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { freePort } from "../../scripts/free-port.ts";
import { eventually } from "./until.ts";

/** Where Debian's package puts it: a user's PATH may lack it. */
const NATS_SERVER = "/usr/sbin/nats-server";

const START_TIMEOUT_MS = 20_000;

/** A real NATS server with JetStream, on ports of its own. */
export interface NatsServer {
  /** Like `nats://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  /** Where it tells of itself over HTTP. */
  readonly monitorUrl: string;
  /** Its process; another one after a restart. */
  pid(): number;
  /** Ends it without warning; what it has stored stays. */
  kill(): Promise<void>;
  /** Starts it again, on the same ports and with what it had stored. */
  start(): Promise<void>;
  /** Ends it and removes what it has stored. */
  stop(): Promise<void>;
}

/** What a server of a group has to know of the others. */
interface Place {
  readonly name: string;
  readonly routePort: number;
  readonly routes: readonly number[];
}

/** @param options.config more lines of the server's configuration, like `authorization { … }`. */
export async function startNatsServer(options: { readonly config?: string } = {}): Promise<NatsServer> {
  const server = await createNatsServer(null, options.config ?? "");
  await server.start();
  return server;
}

/** Three servers that keep everything together: one may die. */
export async function startNatsCluster(): Promise<readonly NatsServer[]> {
  const routes = await Promise.all(Array.from({ length: 3 }, freePort));
  const servers = await Promise.all(
    routes.map((routePort, index) => createNatsServer({ name: `nats-${index}`, routePort, routes }, "")),
  );
  await Promise.all(servers.map((server) => server.start()));
  return servers;
}

async function createNatsServer(place: Place | null, more: string): Promise<NatsServer> {
  const [port, monitorPort] = await Promise.all([freePort(), freePort()]);
  const directory = await mkdtemp(join(tmpdir(), "millrace-nats-"));
  const configPath = join(directory, "nats.conf");
  await writeFile(configPath, describeServer({ port, monitorPort, directory, place, more }));
  const monitorUrl = `http://127.0.0.1:${monitorPort}`;
  let server: ChildProcess | null = null;

  async function kill(): Promise<void> {
    if (server === null) return;
    const exited = once(server, "exit");
    if (server.exitCode === null && server.signalCode === null) {
      server.kill("SIGKILL");
      await exited;
    }
    server = null;
  }

  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    monitorUrl,
    pid: () => server?.pid ?? -1,
    kill,
    async start() {
      const child = spawn(NATS_SERVER, ["-c", configPath], { stdio: ["ignore", "ignore", "pipe"] });
      server = child;
      const complaints = text(child.stderr);
      const failed = once(child, "exit").then(async () => {
        throw new Error(`nats-server ended at once: ${await complaints}`);
      });
      // Whoever kills it later is not told once more.
      failed.catch(() => undefined);
      // With others it has to find a leader for what they keep together, too.
      await Promise.race([
        failed,
        eventually("nats-server is healthy", () => isHealthy(monitorUrl, place !== null), START_TIMEOUT_MS),
      ]);
    },
    async stop() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function isHealthy(monitorUrl: string, isInCluster: boolean): Promise<boolean> {
  try {
    if ((await fetch(`${monitorUrl}/healthz`)).status !== 200) return false;
    if (!isInCluster) return true;
    const jetStream = (await (await fetch(`${monitorUrl}/jsz`)).json()) as { meta_cluster?: { leader?: string } };
    return (jetStream.meta_cluster?.leader ?? "") !== "";
  } catch {
    // Nobody listens there yet.
    return false;
  }
}

function describeServer(options: {
  readonly port: number;
  readonly monitorPort: number;
  readonly directory: string;
  readonly place: Place | null;
  readonly more: string;
}): string {
  const { port, monitorPort, directory, place, more } = options;
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    `http: "127.0.0.1:${monitorPort}"`,
    `jetstream { store_dir: ${JSON.stringify(directory)}, max_memory_store: 64MB, max_file_store: 4GB }`,
    "max_payload: 1MB",
    more,
  ];
  if (place !== null) {
    const routes = place.routes.map((routePort) => `"nats://127.0.0.1:${routePort}"`).join(", ");
    lines.push(`server_name: "${place.name}"`);
    lines.push(`cluster { name: "test", listen: "127.0.0.1:${place.routePort}", routes: [${routes}] }`);
  }
  return `${lines.join("\n")}\n`;
}
