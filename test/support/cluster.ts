import { type NatsServer, startNatsServer } from "./nats-server.ts";
import { type NodeOptions, type RunningNode, startNode } from "./nodes.ts";
import { eventually } from "./until.ts";

/** What a test reads of an execution. */
export interface SeenExecution {
  readonly id: string;
  readonly state: "queued" | "running" | "done";
  readonly status: string | null;
  readonly node: string | null;
  readonly run: { readonly stdout: string } | null;
}

/** A broker, and nodes that come and go. */
export interface TestCluster {
  readonly broker: NatsServer;
  /** Those that were started and not killed. */
  readonly nodes: Set<RunningNode>;
  start(role: NodeOptions["role"], options?: Partial<NodeOptions>): Promise<RunningNode>;
  kill(node: RunningNode): Promise<void>;
  /** Stops everything. */
  close(): Promise<void>;
}

export async function startCluster(options: { readonly config?: string } = {}): Promise<TestCluster> {
  const broker = await startNatsServer(options);
  const nodes = new Set<RunningNode>();
  return {
    broker,
    nodes,
    async start(role, more = {}) {
      const node = await startNode({ role, nats: broker.url, ...more });
      nodes.add(node);
      return node;
    },
    async kill(node) {
      nodes.delete(node);
      await node.kill();
    },
    async close() {
      await Promise.all([...nodes].map((node) => node.stop()));
      await broker.stop();
    },
  };
}

/** Waits until a gateway knows of so many workers that take jobs. */
export async function hasWorkers({ url }: RunningNode, count: number): Promise<void> {
  await eventually(
    `there are ${count} workers`,
    async () => {
      const { nodes } = (await (await fetch(`${url}/v1/cluster`)).json()) as {
        nodes: { readonly roles: readonly string[]; readonly ready: boolean }[];
      };
      return nodes.filter(({ roles, ready }) => ready && roles.includes("worker")).length === count;
    },
    30_000,
  );
}

/** Sends a program. @param more further fields of the request. */
export function send({ url }: RunningNode, language: string, code: string, more: object = {}): Promise<Response> {
  return fetch(`${url}/v1/executions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ language, code, ...more }),
  });
}

/** Has a program accepted. @returns its id. @throws {Error} when it is not. */
export async function accept(gateway: RunningNode, language: string, code: string, more: object = {}): Promise<string> {
  const response = await send(gateway, language, code, { wait: false, ...more });
  const body = (await response.json()) as { readonly id: string };
  if (response.status !== 202) throw new Error(`${response.status}: ${JSON.stringify(body)}`);
  return body.id;
}

export async function look({ url }: RunningNode, id: string, wait = "0s"): Promise<SeenExecution> {
  const response = await fetch(`${url}/v1/executions/${id}?wait=${wait}`);
  const body = (await response.json()) as SeenExecution;
  if (response.status !== 200) throw new Error(`${response.status}: ${JSON.stringify(body)}`);
  return body;
}

/** Waits for the end of what was accepted. */
export function whenDone(gateway: RunningNode, id: string): Promise<SeenExecution> {
  return eventually(
    `${id} ends`,
    async () => {
      const seen = await look(gateway, id, "5s");
      return seen.state === "done" && seen;
    },
    45_000,
  );
}
