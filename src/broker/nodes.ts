import type { Broker } from "./broker.ts";
import { type NodeReport, nodeReportSchema } from "./node-report.ts";
import type { Payloads } from "./payloads.ts";

/** The nodes that meet at the broker. */
export interface Nodes {
  /** Those that were heard of in the last seconds, this one included. */
  list(): readonly NodeReport[];
  /** Those, and those that were there less than a minute ago: one that restarts comes back. */
  lately(): readonly NodeReport[];
  /** Says what this node is now. */
  announce(): Promise<void>;
  /** Says that this node leaves. */
  close(): Promise<void>;
}

const SAY_EVERY_MS = 2_000;
/** Three words that were due have not come. */
const GONE_AFTER_MS = 6_500;
const FORGOTTEN_AFTER_MS = 60_000;

/** Where all nodes listen: one that has just come asks everybody to say what they are. */
const ROLL_CALL = "nodes.call";
const WORDS = "nodes.word";

/**
 * Says what this node is, and hears it of others. Nothing of it is kept: who asks for it is told at once.
 * @param options.describe says what this node is at this moment.
 * @param options.onChange is called when a node has come, has gone, or says something else than before.
 */
export function createNodes(options: {
  readonly broker: Broker;
  readonly payloads: Payloads;
  readonly describe: () => NodeReport;
  readonly onChange?: () => void;
}): Nodes {
  const { broker, payloads, describe, onChange = () => undefined } = options;
  const { connection } = broker;
  const known = new Map<string, { readonly report: NodeReport; readonly atMs: number }>();

  const subscriptions = [
    connection.subscribe(ROLL_CALL, {
      callback: (error) => {
        if (error === null) void say(describe());
      },
    }),
    connection.subscribe(WORDS, {
      callback: (error, message) => {
        if (error === null) void hear(message.data);
      },
    }),
  ];

  async function hear(data: Uint8Array): Promise<void> {
    try {
      const report = await payloads.unpack(nodeReportSchema, data);
      known.set(report.id, { report, atMs: performance.now() });
      onChange();
    } catch {
      // Of a newer version, or nobody's: it is no node that this one can make anything of.
    }
  }

  async function say(report: NodeReport): Promise<void> {
    const data = await payloads.pack(nodeReportSchema, report, report.id);
    if (!connection.isClosed()) connection.publish(WORDS, data);
  }

  function heardWithin(ms: number): readonly NodeReport[] {
    const nowMs = performance.now();
    for (const [node, { atMs }] of known) if (nowMs - atMs > FORGOTTEN_AFTER_MS) known.delete(node);
    return [...known.values()].flatMap(({ report, atMs }) => (nowMs - atMs <= ms ? report : []));
  }

  const timer = setInterval(() => {
    void say(describe());
    onChange();
  }, SAY_EVERY_MS);
  broker.onReconnect(() => connection.publish(ROLL_CALL));
  connection.publish(ROLL_CALL);

  return {
    list: () => heardWithin(GONE_AFTER_MS).filter(({ isLeaving }) => !isLeaving),
    lately: () => heardWithin(FORGOTTEN_AFTER_MS),
    announce: () => say(describe()),
    async close() {
      clearInterval(timer);
      if (connection.isClosed()) return;
      for (const subscription of subscriptions) subscription.unsubscribe();
      await say({ ...describe(), isReady: false, isLeaving: true });
    },
  };
}
